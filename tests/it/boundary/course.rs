//! <https://dcb.events/examples/course-subscriptions/>: a course has so many seats, and a student joins
//! so many courses.

use rdddy::host::{Boundary, Fold};
use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use rdddy_testkit::World;
use serde::{Deserialize, Serialize};

use super::{all_at_once, over, stored, tag};

bounded_context!("courses");

const COURSES_PER_STUDENT: usize = 3;

#[derive(Event, Serialize, Deserialize, Debug)]
struct CourseDefined {
    #[tag]
    course: u32,
    seats: usize,
}

#[derive(Event, Serialize, Deserialize, Debug)]
struct SeatsChanged {
    #[tag]
    course: u32,
    seats: usize,
}

#[derive(Event, Serialize, Deserialize, Debug)]
struct StudentJoined {
    #[tag]
    course: u32,
    #[tag]
    student: u32,
}

#[derive(thiserror::Error, Debug, PartialEq, Eq)]
enum Refusal {
    #[error("the course exists")]
    Exists,
    #[error("there is no such course")]
    NoSuchCourse,
    #[error("the course is full")]
    Full,
    #[error("the student has joined already")]
    JoinedAlready,
    #[error("the student has joined enough")]
    Enough,
}

fn seats(course: u32) -> Fold<Option<usize>> {
    Fold::new(None)
        .on(|seats, event: &CourseDefined| *seats = Some(event.seats))
        .on(|seats, event: &SeatsChanged| *seats = Some(event.seats))
        .about(tag("course", course))
}

fn joined(tags: impl IntoIterator<Item = rdddy::store::Tag>) -> Fold<usize> {
    let joined = Fold::new(0).on(|count, _: &StudentJoined| *count += 1);
    tags.into_iter().fold(joined, Fold::about)
}

async fn define(boundary: &Boundary, course: u32, seats_there: usize) -> Option<Refusal> {
    let model = seats(course);
    let decided = boundary.decide(&model, |seats, _| match seats {
        Some(_) => Err(Refusal::Exists),
        None => Ok(CourseDefined { course, seats: seats_there }),
    });
    decided.await.err().map(|error| error.refusal().unwrap())
}

async fn join(boundary: &Boundary, course: u32, student: u32) -> Option<Refusal> {
    let (course_tag, student_tag) = (tag("course", course), tag("student", student));
    let model = (
        seats(course),
        joined([course_tag.clone()]),
        joined([student_tag.clone()]),
        joined([course_tag, student_tag]),
    );
    let decided = boundary.decide(&model, |(seats, in_course, of_student, here), _| {
        let seats = seats.ok_or(Refusal::NoSuchCourse)?;
        if *here > 0 {
            return Err(Refusal::JoinedAlready);
        }
        if *in_course >= seats {
            return Err(Refusal::Full);
        }
        if *of_student >= COURSES_PER_STUDENT {
            return Err(Refusal::Enough);
        }
        Ok(StudentJoined { course, student })
    });
    decided.await.err().map(|error| error.refusal().unwrap())
}

#[rdddy_testkit::test]
async fn each_rule_refuses(world: &mut World) {
    let boundary = over(world, &MemoryStore::new());
    assert_eq!(join(&boundary, 1, 7).await, Some(Refusal::NoSuchCourse));
    for course in 1..=5 {
        assert_eq!(define(&boundary, course, 2).await, None);
    }
    assert_eq!(define(&boundary, 1, 9).await, Some(Refusal::Exists));
    assert_eq!(join(&boundary, 1, 7).await, None);
    assert_eq!(join(&boundary, 1, 7).await, Some(Refusal::JoinedAlready));
    assert_eq!(join(&boundary, 1, 8).await, None);
    assert_eq!(join(&boundary, 1, 9).await, Some(Refusal::Full));
    let more =
        boundary.decide::<_, _, Refusal>(&(), |(), _| Ok(SeatsChanged { course: 1, seats: 3 }));
    more.await.unwrap();
    assert_eq!(join(&boundary, 1, 9).await, None);
    assert_eq!(join(&boundary, 2, 7).await, None);
    assert_eq!(join(&boundary, 3, 7).await, None);
    assert_eq!(join(&boundary, 4, 7).await, Some(Refusal::Enough));
}

#[rdddy_testkit::explore(seeds = 40)]
async fn no_course_has_more_students_than_seats(world: &mut World) {
    let store = MemoryStore::new();
    let boundary = over(world, &store);
    for course in 0..4 {
        define(&boundary, course, 3).await;
    }
    // Each of 16 students wants to join each of 4 courses, all at once.
    let outcomes = all_at_once(world, 64, |system, nth| {
        let boundary = Boundary::new(system, std::sync::Arc::new(store.clone()));
        async move { join(&boundary, nth % 4, nth / 4).await }
    });
    let accepted = outcomes.await.iter().filter(|outcome| outcome.is_none()).count();
    assert_eq!(accepted, 4 * 3, "every seat is taken, because there are students enough");
    let events = stored(&store).await;
    let with = |wanted| events.iter().filter(|stored| stored.event.tags.contains(&wanted)).count();
    assert!((0..4).all(|course| with(tag("course", course)) == 1 + 3));
    assert!((0..16).all(|student| with(tag("student", student)) <= COURSES_PER_STUDENT));
}
