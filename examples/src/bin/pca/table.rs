//! Reading a table of measurements from a CSV file.

use dagger::{Error, Result};
use ndarray::Array2;

/// Measurements, row by row, and what each row is.
#[derive(Debug)]
pub(crate) struct Table {
    /// The names of the columns of numbers.
    pub(crate) names: Vec<String>,
    pub(crate) values: Array2<f64>,
    /// The names of the classes, in the order in which they first appear; one without a name where the table has none.
    pub(crate) classes: Vec<String>,
    /// The class of every row.
    pub(crate) class: Vec<usize>,
}

impl Table {
    /// Reads a file.
    pub(crate) fn read(path: &str) -> Result<Self> {
        let text = std::fs::read(path)
            .map_err(|error| Error::msg(format!("cannot read {path}: {error}")))?;
        Table::parse(path, &text)
    }

    /// Reads a text; `path` is for what errors say. What the first row has in a column, a number or words, all rows must have.
    pub(crate) fn parse(path: &str, text: &[u8]) -> Result<Self> {
        let wrong = |what: String| Error::msg(format!("{path}: {what}"));
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text);
        let head = reader.headers().map_err(|error| wrong(error.to_string()))?;
        let head: Vec<String> = head.iter().map(str::to_owned).collect();

        let mut words: Option<Vec<bool>> = None;
        let (mut classes, mut class, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(|error| wrong(error.to_string()))?;
            let line = record.position().map_or(0, csv::Position::line);
            let words = words.get_or_insert_with(|| {
                record
                    .iter()
                    .map(|field| field.parse::<f64>().is_err())
                    .collect()
            });
            if words.iter().filter(|words| **words).count() > 1 {
                let which: Vec<&str> = (head.iter().zip(&*words))
                    .filter(|(_, words)| **words)
                    .map(|(name, _)| name.as_str())
                    .collect();
                return Err(wrong(format!(
                    "line {line} has words in the columns `{}`; only one, the class, may have words",
                    which.join("`, `")
                )));
            }
            let mut own = String::new();
            for ((field, words), name) in record.iter().zip(&*words).zip(&head) {
                if *words {
                    own = field.to_owned();
                    continue;
                }
                match field.parse::<f64>() {
                    Ok(number) if number.is_finite() => numbers.push(number),
                    Ok(_) => return Err(wrong(format!("line {line}: `{name}` is {field}"))),
                    Err(_) => {
                        let what = format!("line {line}: `{name}` is `{field}`, not a number");
                        return Err(wrong(what));
                    }
                }
            }
            let known = classes.iter().position(|class| *class == own);
            class.push(known.unwrap_or_else(|| {
                classes.push(own);
                classes.len() - 1
            }));
        }

        let words = words.unwrap_or_default();
        let names = head.into_iter().zip(&words).filter(|(_, words)| !**words);
        let names: Vec<String> = names.map(|(name, _)| name).collect();
        let (rows, columns) = (class.len(), names.len());
        if rows < 2 || columns < 2 {
            return Err(wrong(format!(
                "{rows} rows with {columns} columns of numbers; there must be at least 2 of either, below a line of names"
            )));
        }
        let values = Array2::from_shape_vec((rows, columns), numbers)
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Table {
            names,
            values,
            classes,
            class,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    fn error(text: &str) -> String {
        Table::parse("t.csv", text.as_bytes())
            .unwrap_err()
            .to_string()
    }

    /// The column sums of R's `iris`.
    #[test]
    fn the_irises_are_whole() {
        let text = include_str!("../../../data/iris.csv");
        let table = Table::parse("iris.csv", text.as_bytes()).unwrap();
        assert_eq!(table.values.dim(), (150, 4));
        assert_eq!(table.classes, ["setosa", "versicolor", "virginica"]);
        for class in 0..3 {
            assert_eq!(table.class.iter().filter(|at| **at == class).count(), 50);
        }
        let sums = table.values.sum_axis(ndarray::Axis(0));
        for (sum, expected) in sums.iter().zip([876.5, 458.6, 563.7, 179.9]) {
            assert!((sum - expected).abs() < 1e-9, "{sums}");
        }
    }

    #[test]
    fn quotes_spaces_and_tables_without_classes() {
        let text = "\"a, b\",c\n 1 ,2e3\n-3,\"4\"\n";
        let table = Table::parse("t.csv", text.as_bytes()).unwrap();
        assert_eq!(table.names, ["a, b", "c"]);
        assert_eq!(table.values, ndarray::array![[1.0, 2000.0], [-3.0, 4.0]]);
        assert_eq!((table.classes.len(), table.class), (1, vec![0, 0]));
    }

    #[test]
    fn errors_say_the_line_and_the_column() {
        let text = error("a,b\n1,2\n3,x\n");
        assert!(
            text.contains("t.csv: line 3: `b` is `x`, not a number"),
            "{text}"
        );
        let text = error("a,b\n1,2\n3\n");
        assert!(text.contains("line: 3") && text.contains('1'), "{text}");
        let text = error("a,b,c,d\n1,2,x,y\n");
        assert!(text.contains("`c`, `d`"), "{text}");
        let text = error("a,b\n1,2\nNaN,2\n");
        assert!(text.contains("line 3: `a` is NaN"), "{text}");
        for few in ["", "a,b\n", "a,b\n1,2\n", "a\n1\n2\n"] {
            let text = error(few);
            assert!(text.contains("at least 2"), "{text}");
        }
    }
}
