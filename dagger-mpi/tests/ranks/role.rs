//! What one rank does.

use dagger_core::launch;
use dagger_core::seam::{Message, Transport, conformance};
use dagger_core::wire::Piece;
use dagger_mpi::{Limits, MpiTransport};
use std::process::ExitCode;
use std::time::Duration;

/// Holds the role's name.
pub(crate) const VARIABLE: &str = "DAGGER_MPI_TEST_ROLE";

/// How long those wait that are to be ended by somebody else.
const FOR_EVER: Duration = Duration::from_secs(600);

pub(crate) fn play(role: &str) -> ExitCode {
    match role {
        "conform" => conformance::transport(&start(Limits::default())),
        "conform-in-chunks" => {
            conformance::transport(&start(Limits::default().with_chunk(100_003)));
        }
        "conform-through-launch" => {
            let transport = launch::connect()
                .expect("connected")
                .expect("there are others");
            conformance::transport(&*transport);
        }
        "several" => several(),
        "beyond-int" => beyond_int(),
        "panic" => panics(),
        "panic-elsewhere" => panics_elsewhere(),
        "exit" => exits(),
        "abort" => aborts(),
        "left-open" => drop(start(Limits::default())),
        _ => panic!("there is no role {role}"),
    }
    println!("played {role}");
    ExitCode::SUCCESS
}

fn start(limits: Limits) -> MpiTransport {
    MpiTransport::start(limits).expect("MPI starts")
}

fn receive(transport: &dyn Transport) -> Message {
    loop {
        if let Some(message) = transport.poll().expect("polling works") {
            return message;
        }
        transport.wait(FOR_EVER);
    }
}

/// Two transports beside each other, and a third after them.
fn several() {
    let (one, other) = (start(Limits::default()), start(Limits::default()));
    let next = (one.rank() + 1) % one.size();
    one.send(next, b"one".to_vec(), Vec::new()).expect("sent");
    other
        .send(next, b"other".to_vec(), Vec::new())
        .expect("sent");
    assert_eq!(receive(&other).head, b"other");
    assert_eq!(receive(&one).head, b"one");
    other.close().expect("closes");
    one.close().expect("closes");
    conformance::transport(&start(Limits::default()));
}

/// A piece that no `int` can count.
fn beyond_int() {
    let transport = start(Limits::default());
    let size = (1 << 31) + 5;
    if transport.rank() == 0 {
        let mut bytes = vec![0_u8; size];
        for at in [0, 1 << 30, (1 << 30) + 1, size - 1] {
            bytes[at] = 7;
        }
        transport
            .send(1, Vec::new(), vec![Piece::new(bytes, 8)])
            .expect("sent");
    } else {
        let message = receive(&transport);
        let piece = &message.bulk[0];
        assert_eq!(piece.len(), size);
        assert!(
            [0, 1 << 30, (1 << 30) + 1, size - 1]
                .iter()
                .all(|&at| piece[at] == 7)
        );
        assert_eq!(piece.iter().filter(|&&byte| byte != 0).count(), 4);
    }
    transport.close().expect("closes");
}

/// Waits to be ended with the job, or does `failure` on rank 1.
fn fails(failure: impl FnOnce()) {
    let transport = start(Limits::default());
    if transport.rank() == 1 {
        failure();
    }
    receive(&transport);
}

fn panics() {
    fails(|| panic!("rank 1 panics, as it should"));
}

/// The panic takes the transport with it, whatever thread it is on.
fn panics_elsewhere() {
    let transport = start(Limits::default());
    if transport.rank() == 1 {
        let thread = std::thread::spawn(move || {
            assert!(transport.size() == 0, "rank 1 panics, as it should");
        });
        let _ = thread.join();
        std::thread::sleep(FOR_EVER);
    } else {
        receive(&transport);
    }
}

fn exits() {
    fails(|| std::process::exit(0));
}

fn aborts() {
    fails(|| std::process::abort());
}
