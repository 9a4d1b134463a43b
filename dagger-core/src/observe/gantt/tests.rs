//! The chart's memory, and the drawn chart read back as XML.

use super::super::spans::tests::{task, thread};
use super::*;
use roxmltree::{Document, Node};

fn span(row: u32, start: u64, end: u64, name: &'static str) -> Span {
    Span {
        thread: thread(row),
        task: task(start, name),
        start,
        end,
        own: end - start,
        depth: 0,
        outcome: Some(Outcome::Done),
    }
}

fn classes<'a>(document: &'a Document<'_>, class: &str) -> Vec<Node<'a, 'a>> {
    document
        .descendants()
        .filter(|node| node.attribute("class") == Some(class))
        .collect()
}

fn number(node: &Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).unwrap().parse().unwrap()
}

fn title_of<'a>(node: &Node<'a, 'a>) -> &'a str {
    node.children()
        .find(|child| child.has_tag_name("title"))
        .and_then(|title| title.text())
        .unwrap()
}

#[test]
fn one_task_fills_its_row() {
    let mut gantt = Gantt::new().title("one");
    gantt.add_span(&span(0, 500, 1_500, "only"));
    let svg = gantt.svg();
    let document = Document::parse(&svg).unwrap();
    let (bars, lanes) = (classes(&document, "bar"), classes(&document, "lane"));
    assert_eq!((bars.len(), lanes.len()), (1, 1));
    assert!((number(&bars[0], "width") - number(&lanes[0], "width")).abs() < 0.1);
    assert_eq!(classes(&document, "label")[0].text(), Some("only"));
    assert!(svg.contains("1 task on 1 thread · makespan 1.00 µs · busy 100.0 %"));
}

#[test]
fn a_task_without_length_is_still_seen() {
    let mut gantt = Gantt::new();
    gantt.add_span(&span(0, 500, 500, "instant"));
    let svg = gantt.svg();
    let document = Document::parse(&svg).unwrap();
    assert!(number(&classes(&document, "bar")[0], "width") > 0.0);
}

#[test]
fn a_hundred_thousand_tasks_make_a_small_picture_that_names_them_all() {
    let mut gantt = Gantt::new();
    for number in 0..100_000u64 {
        let name = if number % 3 == 0 { "gemm" } else { "syrk" };
        gantt.add_span(&span(
            (number % 2) as u32,
            number * 100,
            number * 100 + 60,
            name,
        ));
    }
    let svg = gantt.svg();
    assert!(svg.len() < 600_000, "{} bytes", svg.len());
    let document = Document::parse(&svg).unwrap();
    let merged: u64 = classes(&document, "bar")
        .iter()
        .map(|bar| {
            title_of(bar)
                .split(' ')
                .next()
                .unwrap()
                .replace(',', "")
                .parse::<u64>()
                .unwrap()
        })
        .sum();
    assert_eq!(merged, 100_000);
}

#[test]
fn odd_names_are_escaped_and_long_ones_cut() {
    let long: &'static str = "a_task_whose_name_goes_on_and_on_for_longer_than_any_bar_in_this_picture_could_ever_hold_even_if_it_were_the_only_one_there_and_then_some_more_of_it_so_that_it_really_does_not_fit_anywhere_at_all_no_matter_what";
    let odd: &'static str = "f::<Vec<&\"T\">>\u{0}\u{1b}";
    let mut gantt = Gantt::new().title("<&> \u{7}");
    gantt.add_span(&span(0, 0, 100, long));
    gantt.add_span(&span(0, 100, 200, odd));
    let svg = gantt.svg();
    let document = Document::parse(&svg).unwrap();
    let labels = classes(&document, "label");
    assert!(labels[0].text().unwrap().ends_with('…'));
    assert_eq!(labels[1].text(), Some("f::<Vec<&\"T\">>  "));
    assert!(
        title_of(&classes(&document, "bar")[0]).starts_with(long),
        "the tooltip has the whole name"
    );
}

#[test]
fn failures_cancellations_and_idle_time_show_and_are_explained() {
    let mut gantt = Gantt::new();
    for (index, outcome) in [Some(Outcome::Panicked), Some(Outcome::Cancelled), None]
        .into_iter()
        .enumerate()
    {
        let start = index as u64 * 100;
        gantt.add_span(&Span {
            outcome,
            ..span(0, start, start + 90, "work")
        });
    }
    gantt.add_idle(&Idle {
        thread: thread(1),
        start: 10,
        end: 250,
        depth: 0,
    });
    let svg = gantt.svg();
    let document = Document::parse(&svg).unwrap();
    // One bar and one legend entry; two bars and one legend entry; one stretch and one legend entry.
    assert_eq!(classes(&document, "bar bad").len(), 2);
    assert_eq!(classes(&document, "bar cut").len(), 3);
    assert_eq!(classes(&document, "idle").len(), 2);
    assert_eq!(classes(&document, "lane").len(), 2);
}

#[test]
fn nested_tasks_lie_inside_the_outer_one_and_later_in_the_document() {
    let mut gantt = Gantt::new();
    gantt.add_span(&Span {
        depth: 1,
        ..span(0, 200, 400, "inner")
    });
    gantt.add_span(&Span {
        own: 800,
        ..span(0, 0, 1_000, "outer")
    });
    let svg = gantt.svg();
    let document = Document::parse(&svg).unwrap();
    let bars = classes(&document, "bar");
    assert!(title_of(&bars[0]).starts_with("outer"));
    assert!(number(&bars[1], "y") > number(&bars[0], "y"));
    assert!(
        svg.contains("busy 100.0 %"),
        "the inner task's time counts once"
    );
    let labels = classes(&document, "label");
    let outer = labels
        .iter()
        .find(|label| label.text() == Some("outer"))
        .unwrap();
    let inner_ends = number(&bars[1], "x") + number(&bars[1], "width");
    assert!(
        number(outer, "x") > inner_ends,
        "its label is where nothing covers it"
    );
}

#[test]
fn several_workers_are_headed() {
    let mut gantt = Gantt::new();
    for worker in 0..3 {
        let place = Thread {
            worker,
            ..thread(0)
        };
        gantt.add_span(&Span {
            thread: place,
            ..span(0, 0, 10, "work")
        });
    }
    let svg = gantt.svg();
    let document = Document::parse(&svg).unwrap();
    let heads: Vec<_> = classes(&document, "worker")
        .iter()
        .map(|node| node.text().unwrap())
        .collect();
    assert_eq!(heads, ["worker 0", "worker 1", "worker 2"]);
}

#[test]
fn a_million_short_tasks_stay_within_the_limit_and_lose_no_time() {
    let mut gantt = Gantt::new();
    for number in 0..1_000_000u64 {
        gantt.add_span(&span(
            (number % 4) as u32,
            number * 10,
            number * 10 + 7,
            "tiny",
        ));
        assert!(gantt.held <= MAX_BARS);
    }
    let held: usize = gantt.rows.values().map(|row| row.bars.len()).sum();
    assert_eq!(held, gantt.held);
    let (count, busy) = gantt
        .rows
        .values()
        .flat_map(|row| &row.bars)
        .fold((0, 0), |(count, busy), bar| {
            (count + bar.count, busy + bar.busy)
        });
    assert_eq!((count, busy), (1_000_000, 7_000_000));
    assert_eq!(gantt.names[0].count, 1_000_000);
}

#[test]
fn merging_keeps_long_bars_and_the_name_with_most_time() {
    let mut gantt = Gantt::new();
    for (start, end, name) in [
        (0, 2, "a"),
        (2, 7, "b"),
        (7, 8, "a"),
        (20, 90, "long"),
        (91, 92, "a"),
    ] {
        gantt.add_span(&span(0, start, end, name));
    }
    let row = gantt.rows.values_mut().next().unwrap();
    merge(&mut row.bars, 10);
    let view: Vec<_> = row
        .bars
        .iter()
        .map(|bar| (bar.start, bar.end, bar.count, gantt.names[bar.name].name))
        .collect();
    assert_eq!(
        view,
        [(0, 8, 3, "b"), (20, 90, 1, "long"), (91, 92, 1, "a")]
    );
}
