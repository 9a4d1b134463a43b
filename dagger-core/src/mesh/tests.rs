//! The mesh against the contract of transports, and what only it can do: lose ranks on purpose.

use super::*;
use crate::seam::conformance;
use std::thread;

fn head(byte: u8) -> Vec<u8> {
    vec![byte]
}

#[test]
fn one_two_and_more_ranks_conform() {
    for size in [1, 2, 3, 5] {
        conformance::transports(ranks(size), conformance::transport);
    }
}

#[test]
fn a_killed_rank_is_missed_by_all() {
    let mut ranks = ranks(4);
    let lost = ranks.remove(2);
    for to in [0, 1, 3] {
        lost.send(to, head(1), vec![Piece::new(vec![0; 100], 8)])
            .unwrap();
        lost.send(to, head(2), Vec::new()).unwrap();
    }
    lost.kill();
    lost.kill();
    assert!(lost.send(0, head(3), Vec::new()).is_err());
    assert!(lost.poll().is_err());
    assert!(lost.close().is_err());
    conformance::transports(ranks.clone(), |rank| {
        conformance::transport_loss(rank, 2, 2)
    });
    // Those who are left go on, and leave in order.
    conformance::transports(ranks, |rank| rank.close().unwrap());
}

#[test]
fn a_rank_that_is_dropped_is_missed_too() {
    let mut ranks = ranks(2);
    drop(ranks.pop());
    conformance::transport_loss(&*ranks[0], 1, 0);
    let error = ranks[0].send(1, head(0), Vec::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "rank 1 is gone: it ended without closing"
    );
}

#[test]
fn a_closed_rank_is_gone_in_order() {
    let ranks = ranks(2);
    thread::scope(|scope| {
        let closing = scope.spawn(|| ranks[1].close());
        while ranks[1].send(0, head(0), Vec::new()).is_ok() {
            thread::yield_now();
        }
        while ranks[0].poll().unwrap().is_some() {}
        ranks[0].send(1, head(9), Vec::new()).unwrap();
        assert!(
            !closing.is_finished(),
            "it waits until the others close too"
        );
        ranks[0].close().unwrap();
        closing.join().unwrap().unwrap();
        assert_eq!(ranks[1].poll().unwrap().unwrap().head, [9]);
    });
}

#[test]
fn killing_ends_waits_and_closings() {
    let ranks = ranks(2);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| ranks[0].wait(Duration::from_secs(3600)));
        let closing = scope.spawn(|| ranks[1].close());
        thread::sleep(Duration::from_millis(20));
        ranks[0].kill();
        waiting.join().unwrap();
        closing.join().unwrap().unwrap();
        assert!(ranks[1].poll().is_err(), "the loss is told of");
    });
}

#[test]
fn a_piece_is_kept_until_it_is_received_and_no_longer() {
    struct Owner(#[expect(dead_code, reason = "counts itself")] Arc<()>);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            &[7; 64]
        }
    }
    let ranks = ranks(2);
    let kept = Arc::new(());
    let bytes = bytes::Bytes::from_owner(Owner(Arc::clone(&kept)));
    ranks[0]
        .send(1, Vec::new(), vec![Piece::new(bytes, 1)])
        .unwrap();
    assert_eq!(Arc::strong_count(&kept), 2);
    let message = ranks[1].poll().unwrap().unwrap();
    assert_eq!(Arc::strong_count(&kept), 1);
    assert_eq!(message.bulk[0][..], [7; 64]);
}
