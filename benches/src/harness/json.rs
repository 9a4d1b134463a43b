//! The figures as JSON: a list of `{name, threads, unit, ours, peers, ratio}`.
//!
//! `ours` and `ratio` are null where there is no figure; `peers` holds only the peers that have one. The serial
//! contender is no peer and is left out.

use serde_json::{Map, Value, json};

use super::contender::Role;
use super::rounds::Measured;

/// The whole list, indented.
pub fn render(rows: &[Measured]) -> String {
    let list: Vec<Value> = rows.iter().map(row).collect();
    let mut text =
        serde_json::to_string_pretty(&list).expect("figures are finite numbers and names");
    text.push('\n');
    text
}

fn row(measured: &Measured) -> Value {
    let peers: Map<String, Value> = measured
        .figures
        .iter()
        .filter(|figure| figure.role == Role::Peer)
        .filter_map(|figure| {
            Some((
                figure.name.to_owned(),
                json!(figure.result.as_ref().ok()?.median),
            ))
        })
        .collect();
    json!({
        "name": measured.name,
        "threads": measured.threads,
        "unit": measured.unit.label(),
        "ours": measured.ours().and_then(|figure| figure.result.as_ref().ok()).map(|summary| summary.median),
        "peers": peers,
        "ratio": measured.ratio(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::contender::Failure;
    use super::super::question::Unit;
    use super::super::rounds::Figure;
    use super::super::statistics::Summary;
    use super::*;

    fn figure(name: &'static str, role: Role, median: f64) -> Figure {
        Figure {
            name,
            role,
            result: Ok(Summary::of(&[median]).unwrap()),
            run: Some(median),
        }
    }

    fn measured(figures: Vec<Figure>) -> Measured {
        let unit = Unit::nanoseconds("call", 1);
        Measured {
            name: "fork-join/\"fib\"".into(),
            how: "",
            profile: None,
            unit,
            threads: 2,
            figures,
            aims: Vec::new(),
        }
    }

    #[test]
    fn a_row_reads_back_as_it_was() {
        let text = render(&[measured(vec![
            figure("ours", Role::Ours, 4.0),
            figure("rayon", Role::Peer, 10.0),
            figure("chili", Role::Peer, 5.0),
            figure("serial", Role::Serial, 1.0),
            Figure {
                name: "oneTBB",
                role: Role::Peer,
                result: Err(Failure::NotBuilt("x")),
                run: None,
            },
        ])]);
        let list: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            list,
            json!([{
                "name": "fork-join/\"fib\"",
                "threads": 2,
                "unit": "ns a call",
                "ours": 4.0,
                "peers": {"rayon": 10.0, "chili": 5.0},
                "ratio": 1.25,
            }])
        );
    }

    #[test]
    fn what_was_not_measured_is_null() {
        let list: Value = serde_json::from_str(&render(&[measured(vec![])])).unwrap();
        assert_eq!(list[0]["ours"], Value::Null);
        assert_eq!(list[0]["ratio"], Value::Null);
        assert_eq!(list[0]["peers"], json!({}));
    }
}
