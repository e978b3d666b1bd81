//! Everything at once, on real threads: tells, asks that are given up, panics, kills, stops, events
//! and dropped systems. Whatever happens, the books balance.

use std::time::Duration;

use rdddy::prelude::*;

#[derive(Command, Debug)]
struct Work(u64);

#[derive(Command, Debug)]
#[command(reply = u64)]
struct Slow(u64);

#[derive(Query, Debug)]
#[query(reply = u64)]
struct Done;

#[derive(Event, Debug)]
struct Ticked(u64);

#[derive(Command, Debug)]
struct Urgent;

struct Worker {
    done: u64,
    neighbour: Option<ActorRef<Worker>>,
}

#[actor(mailbox = bounded(8), intensity(1000000, within = "10s"))]
impl Worker {
    #[handler]
    fn work(&mut self, work: Work) {
        self.done += 1;
        assert!(!work.0.is_multiple_of(97), "work that cannot be done");
    }

    #[handler]
    async fn slow(&mut self, slow: Slow) -> u64 {
        match slow.0 % 5 {
            0 => tokio::time::sleep(Duration::from_micros(100)).await,
            1 => tokio::task::yield_now().await,
            2 => {
                if let Some(neighbour) = &self.neighbour {
                    // Whatever becomes of it, this is not about the answer.
                    let _ = neighbour.ask(Done).timeout(Duration::from_millis(50)).await;
                }
            }
            _ => {}
        }
        assert!(!slow.0.is_multiple_of(89), "slow work that cannot be done");
        self.done += 1;
        self.done
    }

    #[handler]
    fn done(&self, _: Done) -> u64 {
        self.done
    }

    #[handler]
    async fn ticked(&mut self, ticked: &Ticked) {
        if ticked.0.is_multiple_of(3) {
            tokio::task::yield_now().await;
        }
        self.done += 1;
        assert!(!ticked.0.is_multiple_of(101), "a tick that cannot be heard");
    }

    #[handler(lane = control)]
    fn urgent(&mut self, _: Urgent) {
        self.done += 1;
    }
}

async fn workers(system: &ActorSystem) -> Vec<ActorRef<Worker>> {
    let mut workers: Vec<ActorRef<Worker>> = Vec::new();
    for _ in 0..20 {
        let neighbour = workers.last().cloned();
        let worker = Props::new(move || Worker { done: 0, neighbour: neighbour.clone() });
        workers.push(system.spawn(worker).await.unwrap());
    }
    workers
}

/// Sends whatever comes to mind; that it may fail is the point.
async fn sender(nth: u64, system: ActorSystem, workers: Vec<ActorRef<Worker>>) {
    for i in 0..1000_u64 {
        let x = i.wrapping_mul(2_654_435_761).wrapping_add(nth * 977) >> 7;
        let worker = &workers[usize::try_from(x % 20).unwrap()];
        match x % 11 {
            0..=3 => drop(worker.tell(Work(x)).await),
            4..=5 => {
                let limit = if x.is_multiple_of(7) { 0 } else { 200 };
                drop(worker.ask(Slow(x)).timeout(Duration::from_millis(limit)).await);
            }
            6 => drop(worker.ask(Done).await),
            7 => drop(worker.try_tell(Urgent)),
            8 if i.is_multiple_of(10) => drop(system.publish(Ticked(x)).await),
            9 if i.is_multiple_of(300) => worker.kill(),
            9 if i.is_multiple_of(400) => worker.stop(),
            _ => {
                drop(worker.ask(Slow(x)));
                let given_up = worker.ask(Slow(x));
                drop(tokio::time::timeout(Duration::from_micros(10), given_up).await);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_books_balance_through_a_storm() {
    for round in 0..6 {
        let system = ActorSystem::builder().start().await.unwrap();
        let workers = workers(&system).await;
        let senders: Vec<_> =
            (0..6).map(|nth| tokio::spawn(sender(nth, system.clone(), workers.clone()))).collect();
        for sender in senders {
            sender.await.unwrap();
        }
        if round % 3 == 2 {
            // A system that is dropped with work under way takes it along.
            continue;
        }
        let report = system.shutdown().await;
        assert!(report.is_clean(), "round {round}: {report:?}");
        assert_eq!(report.counters.in_flight(), 0, "round {round}: {report:?}");
    }
}
