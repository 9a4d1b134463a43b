//! Principal components of a table of measurements, on every core, with a picture.
//!
//! ```text
//! cargo run --release -p examples --bin pca
//! cargo run --release -p examples --bin pca -- my.csv --scale --svg my.svg
//! ```
//!
//! Which directions do measurements vary along most? Take the mean from every column, form the covariance of the columns, and its eigenvectors
//! are the directions, its eigenvalues the variances along them. Without arguments the table is Fisher's irises (`examples/data/README.md` says
//! where they come from): 150 flowers, four measurements each, three species, which two directions keep apart almost wholly.
//!
//! A table of your own is a CSV file with a line of names on top. Columns of numbers are measurements; a column of words, if there is one, says
//! which class a row belongs to. `--scale` divides every column by its standard deviation first, for columns of different units.

// xtask-args:
// xtask-args: --scale "{root}/examples/data/iris.csv" --svg scaled.svg

mod scatter;
mod table;

use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array1, Array2, Axis, s};

use crate::table::Table;

/// What the command line asks for.
struct Request {
    file: Option<String>,
    scale: bool,
    svg: String,
}

#[dagger::main]
fn main() -> dagger::Result<()> {
    let request = request(std::env::args().skip(1))?;
    let table = match &request.file {
        Some(path) => Table::read(path)?,
        None => Table::parse(
            "iris.csv",
            include_str!("../../../data/iris.csv").as_bytes(),
        )?,
    };
    let (rows, columns) = table.values.dim();
    println!("{rows} rows of {}", table.names.join(", "));

    // Rows in blocks; a block has all columns. Nothing below depends on how many blocks there are.
    let measured = DArray::distribute(&table.values, Blocks([rows.div_ceil(4), columns]));
    let mut centred = (&measured - measured.mean_axis(Axis(0))).eval();
    if request.scale {
        let spread = measured.std_axis(Axis(0), 1.0);
        if let Some(still) = spread.collect()?.iter().position(|spread| *spread == 0.0) {
            let name = &table.names[still];
            return Err(Error::msg(format!(
                "`{name}` is the same in every row, so it cannot be scaled"
            )));
        }
        centred = (centred / spread).eval();
    }
    let covariance = (centred.t().dot(&centred) / (rows - 1) as f64).eval();

    // Eigenvalues come in ascending order: the last direction is the first component.
    let (variances, directions) = covariance.eigh();
    let (variances, directions) = (variances.slice(s![..;-1]), directions.slice(s![.., ..;-1]));
    let scores = centred.dot(&directions);

    let (variances, directions) = (variances.collect()?, upright(directions.collect()?));
    let total = variances.sum();
    if total == 0.0 {
        return Err(Error::msg(
            "all rows are the same: there is nothing to explain",
        ));
    }
    println!("component  variance  explained  together  direction");
    let mut together = 0.0;
    for (number, variance) in variances.iter().enumerate() {
        together += variance / total;
        let direction: Vec<String> = directions
            .0
            .column(number)
            .iter()
            .map(|part| format!("{part:6.3}"))
            .collect();
        println!(
            "{:9}  {variance:8.4}  {:8.2} %  {:6.2} %  [{}]",
            number + 1,
            100.0 * variance / total,
            100.0 * together,
            direction.join(", ")
        );
    }

    // The components are not correlated with each other: that is what they are for.
    let spread = (scores.t().dot(&scores) / (rows - 1) as f64).eval();
    let error = spread.collect()? - Array2::from_diag(&variances);
    let largest = error
        .iter()
        .fold(0.0, |largest: f64, x| largest.max(x.abs()));
    println!("covariance of the components, off from a diagonal by at most {largest:.1e}");

    let first = scores.slice(s![.., ..2]).collect()? * directions.1.slice(s![..2]);
    let share = variances / total;
    std::fs::write(&request.svg, scatter::svg(&first, &share, &table))
        .map_err(|error| Error::msg(format!("cannot write {}: {error}", request.svg)))?;
    println!("the picture is in {}", request.svg);
    Ok(())
}

/// An eigenvector may be turned round. Here its largest part is positive; the signs that make it so come along.
fn upright(mut directions: Array2<f64>) -> (Array2<f64>, Array1<f64>) {
    let signs = directions.map_axis(Axis(0), |direction| {
        let largest = direction
            .iter()
            .fold(0.0_f64, |a, b| if b.abs() > a.abs() { *b } else { a });
        largest.signum()
    });
    directions *= &signs;
    (directions, signs)
}

fn request(mut arguments: impl Iterator<Item = String>) -> dagger::Result<Request> {
    let mut request = Request {
        file: None,
        scale: false,
        svg: "pca.svg".to_owned(),
    };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--scale" => request.scale = true,
            "--svg" => {
                let file = arguments.next();
                request.svg = file.ok_or_else(|| Error::msg("--svg wants the name of a file"))?;
            }
            option if option.starts_with("--") => {
                return Err(Error::msg(format!(
                    "there is no option `{option}`; there are --scale and --svg FILE"
                )));
            }
            _ if request.file.is_some() => {
                return Err(Error::msg(format!(
                    "one table at a time: `{argument}` is a second"
                )));
            }
            _ => request.file = Some(argument),
        }
    }
    Ok(request)
}
