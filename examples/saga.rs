//! A trip is booked: a seat is reserved, the card is charged, the trip is confirmed; or nothing of it.
//!
//! Run it: `cargo run --example saga`
//!
//! What you see: three trips, of which one is booked, one finds no seat, and one gives its seat back
//! because the card is declined; and the steps that led there.

use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use serde::{Deserialize, Serialize};

bounded_context!("travel");

#[derive(Command)]
struct RequestTrip {
    #[key]
    trip: u64,
    flight: String,
    cents: u32,
}

#[derive(Command, Serialize, Deserialize)]
#[command(error = Refusal)]
struct ReserveSeat {
    #[key]
    flight: String,
    trip: u64,
}

#[derive(Command, Serialize, Deserialize)]
struct ReleaseSeat {
    #[key]
    flight: String,
    trip: u64,
}

#[derive(Command, Serialize, Deserialize)]
#[command(error = Refusal)]
struct Pay {
    #[key]
    trip: u64,
    cents: u32,
}

#[derive(Event, Serialize, Deserialize)]
struct TripRequested {
    #[tag]
    trip: u64,
    flight: String,
    cents: u32,
}

#[derive(Event, Serialize, Deserialize)]
struct SeatReserved {
    #[tag]
    trip: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct SeatReleased {
    #[tag]
    trip: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct Paid {
    #[tag]
    trip: u64,
}

#[derive(Debug, thiserror::Error, DomainError)]
enum Refusal {
    #[error("the flight is full")]
    Full,
    #[error("the card is declined")]
    Declined,
}

#[derive(Default)]
struct Trip;

#[aggregate(id = u64)]
impl Trip {
    #[handler]
    fn request(&self, cmd: RequestTrip) -> TripRequested {
        TripRequested { trip: cmd.trip, flight: cmd.flight, cents: cmd.cents }
    }

    #[handler]
    fn pay(&self, cmd: Pay) -> Result<Paid, Refusal> {
        if cmd.cents > 100_000 { Err(Refusal::Declined) } else { Ok(Paid { trip: cmd.trip }) }
    }

    #[apply]
    fn requested(&mut self, _: &TripRequested) {}

    #[apply]
    fn paid(&mut self, _: &Paid) {}
}

/// A small aeroplane: two seats.
#[derive(Default)]
struct Flight {
    taken_by: Vec<u64>,
}

#[aggregate(id = String)]
impl Flight {
    #[handler]
    #[requires(self.taken_by.len() < 2, Refusal::Full)]
    fn reserve(&self, cmd: ReserveSeat) -> Result<SeatReserved, Refusal> {
        Ok(SeatReserved { trip: cmd.trip })
    }

    /// There may be nothing to release: then nothing happens.
    #[handler]
    fn release(&self, cmd: ReleaseSeat) -> Option<SeatReleased> {
        self.taken_by.contains(&cmd.trip).then_some(SeatReleased { trip: cmd.trip })
    }

    #[apply]
    fn reserved(&mut self, event: &SeatReserved) {
        self.taken_by.push(event.trip);
    }

    #[apply]
    fn released(&mut self, event: &SeatReleased) {
        self.taken_by.retain(|trip| *trip != event.trip);
    }
}

/// What an instance remembers.
#[derive(Default)]
struct Booking {
    cents: u32,
}

#[saga(starts_on = TripRequested, key = trip)]
impl Booking {
    #[step(compensate = release, retry(max = 5, backoff = "10ms..1s"))]
    fn reserve(&mut self, event: &TripRequested) -> ReserveSeat {
        self.cents = event.cents;
        ReserveSeat { flight: event.flight.clone(), trip: event.trip }
    }

    #[compensation]
    fn release(&mut self, event: &TripRequested) -> ReleaseSeat {
        ReleaseSeat { flight: event.flight.clone(), trip: event.trip }
    }

    #[step(on = SeatReserved, pivot)]
    fn pay(&mut self, event: &SeatReserved) -> Pay {
        Pay { trip: event.trip, cents: self.cents }
    }

    #[timeout("15m")]
    fn expired(&mut self) -> Timeout {
        Timeout::Compensate
    }
}

/// Books three trips, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let builder = ActorSystem::builder().store(MemoryStore::new()).saga::<Booking>();
    let system = builder.start().await?;
    let bookings = system.saga::<Booking>().ok_or("the saga does not run")?;
    let mut text = String::new();
    for (trip, cents) in [(1, 20_000), (2, 900_000), (3, 30_000), (4, 20_000)] {
        system.execute(RequestTrip { trip, flight: "KL1001".into(), cents }).await?;
        let booking = bookings.settled(&trip.to_string()).await?;
        let steps: Vec<_> =
            booking.steps.iter().map(|step| format!("{} {:?}", step.name, step.state)).collect();
        text += &format!("trip {trip}: {:?}: {}\n", booking.state, steps.join(", "));
        text += &booking.why.map_or_else(String::new, |why| format!("        {why}\n"));
    }
    system.shutdown().await;
    Ok(text)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this program prints")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
