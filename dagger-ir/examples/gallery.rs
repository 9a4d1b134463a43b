//! Writes pictures of graphs of many shapes into a folder, to look at the layout.
//!
//! `cargo run -p dagger-ir --example gallery -- pictures`

use std::path::Path;
use std::{env, fs, io};

use dagger_ir::{Access, EdgeKind, Graph, GraphBuilder, Node, NodeKind, Place};

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| "gallery".to_owned());
    fs::create_dir_all(&folder)?;
    let graphs = [
        Graph::owned("empty", "", vec![], vec![]),
        single(),
        diamond(),
        report(),
        chain(12),
        cholesky(4),
        wavefront(8),
        fan(200),
        random(200),
    ];
    for graph in graphs {
        let path = Path::new(&folder).join(format!("{}.svg", graph.name));
        fs::write(&path, graph.to_svg())?;
        fs::write(path.with_extension("dot"), graph.to_dot())?;
        println!(
            "{}: {} nodes, {} levels, width {}, at most {} at once",
            path.display(),
            graph.len(),
            graph.depth(),
            graph.width(),
            graph.max_parallelism()
        );
    }
    Ok(())
}

fn single() -> Graph {
    let nodes = vec![Node::new("answer", "x", NodeKind::Task, 3, 13)];
    Graph::owned("single", "src/main.rs", nodes, vec![])
}

/// Writes programs line by line, the way the macro does.
struct Program {
    builder: GraphBuilder,
    line: u32,
}

impl Program {
    fn new() -> Self {
        Self {
            builder: GraphBuilder::new(),
            line: 10,
        }
    }

    /// A task that makes a new variable.
    fn make(&mut self, name: &str, binding: &str, reads: &[u32]) -> u32 {
        let variable = self.builder.variable(binding.to_owned());
        let accesses = reads
            .iter()
            .map(|&v| Access::read(Place::whole(v)))
            .collect();
        self.add(
            Node::owned(name, binding, NodeKind::Task, self.line, 9),
            accesses,
            vec![variable],
        );
        variable
    }

    /// A task that updates a variable.
    fn update(&mut self, name: &str, reads: &[u32], written: u32) {
        let reads = reads.iter().map(|&v| Access::read(Place::whole(v)));
        let accesses = reads
            .chain([Access::write(Place::whole(written))])
            .collect();
        self.add(
            Node::owned(name, "", NodeKind::Task, self.line, 9),
            accesses,
            vec![],
        );
    }

    fn add(&mut self, node: Node, accesses: Vec<Access>, defines: Vec<u32>) -> u32 {
        self.line += 1;
        self.builder.add_node(node, accesses, defines)
    }

    fn graph(self, name: &str) -> Graph {
        self.builder.build().into_graph(name, "src/main.rs")
    }
}

fn diamond() -> Graph {
    let mut program = Program::new();
    let a = program.make("twice", "a", &[]);
    let b = program.make("double", "b", &[a]);
    let c = program.make("halve", "c", &[a]);
    program.make("sub", "", &[b, c]);
    program.graph("diamond")
}

/// Every sort of node and edge.
fn report() -> Graph {
    let mut program = Program::new();
    let read = |v| Access::read(Place::whole(v));
    let config = program.make("read_config", "config", &[]);
    let rows = program.make("load", "rows", &[config]);
    let weights = program.make("load_weights", "weights", &[]);
    let mean = program.make("mean", "mean", &[rows]);
    let deviation = program.make("deviation", "deviation", &[rows]);
    program.update("normalise", &[mean, deviation], rows);
    let model = program.builder.variable("model");
    let fit = Node::new("fit", "model", NodeKind::Task, 18, 17)
        .with_scope("gpu = 0")
        .with_priority(3);
    let fit = program.add(fit, vec![read(rows), read(weights)], vec![model]);
    let error = program.builder.variable("error");
    let expression = Node::new(
        "model.loss(&rows) / rows.len() as f64",
        "error",
        NodeKind::Expression,
        19,
        17,
    );
    program.add(expression, vec![read(model), read(rows)], vec![error]);
    let refined = program.builder.variable("refined");
    let branch = Node::new("if error > limit", "refined", NodeKind::Branch, 20, 5);
    program.add(branch, vec![read(error), read(config)], vec![refined]);
    let folds = Node::new("for fold in 0..10", "", NodeKind::Loop, 25, 5);
    let folds = program.add(
        folds,
        vec![read(rows), Access::write(Place::whole(weights))],
        vec![],
    );
    program.builder.add_edge(fit, folds, EdgeKind::Control, "?");
    program.make("print_report", "", &[refined, mean, deviation, config]);
    program.graph("report")
}

fn chain(length: usize) -> Graph {
    let mut program = Program::new();
    let v = program.make("start", "v", &[]);
    for step in 1..length {
        program.update(&format!("step_{step}"), &[], v);
    }
    program.graph("chain")
}

fn cholesky(tiles: usize) -> Graph {
    let mut program = Program::new();
    let a: Vec<Vec<u32>> = (0..tiles)
        .map(|i| {
            (0..=i)
                .map(|j| program.builder.variable(format!("a[{i},{j}]")))
                .collect()
        })
        .collect();
    for k in 0..tiles {
        program.update("potrf", &[], a[k][k]);
        for i in k + 1..tiles {
            program.update("trsm", &[a[k][k]], a[i][k]);
        }
        for i in k + 1..tiles {
            program.update("syrk", &[a[i][k]], a[i][i]);
            for j in k + 1..i {
                program.update("gemm", &[a[i][k], a[j][k]], a[i][j]);
            }
        }
    }
    program.graph("cholesky")
}

fn wavefront(side: usize) -> Graph {
    let mut program = Program::new();
    let mut cells: Vec<Vec<u32>> = vec![Vec::new(); side];
    for i in 0..side {
        for j in 0..side {
            let mut reads = Vec::new();
            if i > 0 {
                reads.push(cells[i - 1][j]);
            }
            if j > 0 {
                reads.push(cells[i][j - 1]);
            }
            let cell = program.make("cell", &format!("c{i}_{j}"), &reads);
            cells[i].push(cell);
        }
    }
    program.graph("wavefront")
}

fn fan(width: usize) -> Graph {
    let mut program = Program::new();
    let all = program.make("split", "parts", &[]);
    let parts: Vec<u32> = (0..width)
        .map(|i| program.make("count_words", &format!("n{i}"), &[all]))
        .collect();
    program.make("sum", "total", &parts);
    program.graph("fan")
}

/// Each node reads up to three of the last twenty results.
fn random(nodes: usize) -> Graph {
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut program = Program::new();
    let mut made: Vec<u32> = Vec::new();
    for i in 0..nodes {
        let reads: Vec<u32> = (0..next(4).min(i))
            .map(|_| made[i - 1 - next(i.min(20))])
            .collect();
        let variable = program.make(&format!("task_{i}"), &format!("x{i}"), &reads);
        made.push(variable);
    }
    program.graph("random")
}
