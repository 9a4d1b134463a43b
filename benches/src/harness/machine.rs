//! The machine and the tools a run was made with.

use std::fmt;
use std::fs;
use std::thread;

use crate::peers::{openmp, tbb};

/// Everything a reader needs to judge figures from elsewhere.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The processor's own name.
    pub cpu: String,
    /// How many threads it runs at once.
    pub cores: usize,
    /// The load average over the last minute, before the run.
    pub load: Option<f64>,
    /// The load average after the run, to which the run itself adds up to its number of threads.
    pub load_after: Option<f64>,
    /// `rustc --version`.
    pub rustc: &'static str,
    /// The C++ compiler's version line.
    pub compiler: &'static str,
    /// The versions of the peers.
    pub peers: String,
}

impl Machine {
    /// Looks around.
    pub fn read() -> Machine {
        let cpu = fs::read_to_string("/proc/cpuinfo")
            .ok()
            .and_then(|text| cpu_model(&text))
            .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
        let mut peers = env!("BENCHES_CRATES").to_owned();
        for (name, version) in [("oneTBB", tbb::version()), ("OpenMP", openmp::version())] {
            peers.push_str(", ");
            match version {
                Ok(version) => peers.push_str(&format!("{name} {version}")),
                Err(failure) => peers.push_str(&format!("{name} {failure}")),
            }
        }
        Machine {
            cpu,
            cores: thread::available_parallelism().map_or(1, |cores| cores.get()),
            load: load_average(),
            load_after: None,
            rustc: env!("BENCHES_RUSTC"),
            compiler: env!("BENCHES_COMPILER"),
            peers,
        }
    }

    /// Whether something else was running when the run began.
    pub fn was_busy(&self) -> bool {
        self.load.is_some_and(|load| load > 0.5)
    }

    /// Notes the load after the run.
    pub fn read_load_after(&mut self) {
        self.load_after = load_average();
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} cores", self.cpu, self.cores)?;
        if let Some(load) = self.load {
            write!(f, ", load average {load:.1} at the start")?;
        }
        if let Some(load) = self.load_after {
            write!(
                f,
                " and {load:.1} at the end (the run's own threads included)"
            )?;
        }
        write!(f, "; {}; {}; {}", self.rustc, self.compiler, self.peers)
    }
}

fn load_average() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
}

fn cpu_model(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo
        .lines()
        .find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_names_itself() {
        let text = "processor\t: 0\nmodel name\t: AMD EPYC 9R14\nstepping\t: 1\n";
        assert_eq!(cpu_model(text).as_deref(), Some("AMD EPYC 9R14"));
        assert_eq!(cpu_model("processor : 0\n"), None);
    }

    #[test]
    fn the_description_names_compiler_and_peers() {
        let text = Machine::read().to_string();
        assert!(
            text.contains("rustc 1.") && text.contains("rayon 1.") && text.contains("OpenMP"),
            "{text}"
        );
    }
}
