use rdddy::prelude::*;
use rdddy::process::QueryError;
use serde::{Deserialize, Serialize};

#[derive(Command)]
struct Open {
    #[key]
    door: u64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(ui)]
struct OpenClicked {
    times: u8,
}

#[derive(Event, Serialize, Deserialize)]
#[event(ui)]
struct Shaken {}

#[derive(Query)]
#[query(reply = u32)]
struct HowMany;

struct Door(u64);

#[view(name = "Entrance")]
impl Door {
    #[render]
    async fn render(&self, cx: &ViewContext<'_>) -> Result<String, QueryError<HowMany>> {
        Ok(cx.query(HowMany).await?.to_string())
    }

    #[handler]
    fn open(&self, event: &OpenClicked) -> Vec<Open> {
        (0..event.times).map(|_| Open { door: self.0 }).collect()
    }

    #[handler]
    fn shaken(_: &Shaken) -> Result<Option<Open>, std::fmt::Error> {
        Ok(None)
    }
}

struct Clock;

#[view]
impl Clock {
    #[render]
    fn face(&self) -> [u8; 2] {
        [12, 30]
    }
}

fn main() {
    assert!(<Door as View>::name().ends_with("Entrance"));
    let _ = ActorSystem::mount::<Clock>;
}
