//! No invalid value object exists, whatever way it came.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rdddy::domain::{Bound, Constraint, Sample};
use rdddy::prelude::*;
use rdddy_testkit::{invalid, values, values_from};

#[derive(ValueObject, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[value(check = (1..=999).contains(value), message = "a quantity is between 1 and 999")]
pub struct Quantity(u32);

#[derive(ValueObject, Clone, Debug, PartialEq)]
#[value(normalize = value.trim().to_lowercase(), not_empty, max_chars = 8)]
#[value(check_with = is_word, message = "a tag is one word")]
struct Tag(String);

fn is_word(text: &str) -> bool {
    !text.contains(char::is_whitespace)
}

#[derive(ValueObject, Clone, PartialEq)]
#[value(personal, normalize = trim, check = value.contains('@'), message = "an address has an @")]
#[value(examples = ["ada@example.org"])]
struct Email(String);

#[derive(ValueObject, Clone, Debug, PartialEq)]
#[value(check = from <= to, message = "a period ends after it begins")]
struct Period {
    from: u32,
    #[value(max = 9999, message = "no year beyond 9999")]
    to: u32,
    #[value(normalize = trim, max_chars = 20)]
    name: String,
    note: Option<String>,
}

#[derive(ValueObject, Clone, Debug, PartialEq)]
#[value(min = 0.0, max = 1.0)]
struct Share(f64);

#[derive(ValueObject, Clone, Debug, PartialEq)]
#[value(not_empty)]
struct Basket(Vec<Quantity>);

#[derive(ValueObject, Clone, Debug, PartialEq)]
#[value(range = -5..LIMIT)]
struct Level(i8);
const LIMIT: i8 = 6;

#[derive(ValueObject, Clone, Debug, PartialEq)]
#[value(check = value.len() == 13 && value.bytes().all(|b| b.is_ascii_digit()))]
#[value(error = NoIsbn, examples = ["9780306406157"])]
struct Isbn(String);

#[derive(ValueObject, Clone, Debug, PartialEq)]
struct Line {
    quantity: Quantity,
}

fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[test]
fn every_way_in_goes_through_the_check() {
    let message = "a quantity is between 1 and 999 (found 1000)";
    let error: QuantityError = Quantity::new(1000).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert_eq!(error.message(), "a quantity is between 1 and 999");
    assert_eq!(error.clone(), error);
    assert_eq!(Quantity::try_from(1000).unwrap_err(), error);
    assert_eq!("1000".parse::<Quantity>().unwrap_err(), error);
    assert_eq!(<Quantity as ValueObject>::from_inner(1000).unwrap_err(), error);
    assert!(json::<Quantity>("1000").unwrap_err().starts_with(message));
    let form = "-7".parse::<Quantity>().unwrap_err();
    assert_eq!(form.to_string(), "`Quantity` is written as a `u32` (found \"-7\")");
    assert_eq!(form.rule().constraint, Constraint::Form("u32"));
}

#[test]
fn a_valid_one_comes_out_as_it_went_in() {
    let quantity = Quantity::new(999).unwrap();
    assert_eq!(quantity.value(), 999);
    assert_eq!(u32::from(quantity), 999);
    assert_eq!(quantity.to_string(), "999");
    assert_eq!("999".parse(), Ok(quantity));
    assert_eq!(serde_json::to_string(&quantity).unwrap(), "999");
    assert_eq!(json::<Quantity>("999"), Ok(quantity));
    assert_eq!(Tag::new("  Rust ").unwrap().value(), "rust");
    assert_eq!(Tag::try_from("rust").unwrap(), "RUST".parse().unwrap());
    assert!(Level::new(5).is_ok() && Level::new(-5).is_ok());
    assert!(Level::new(6).is_err() && Level::new(-6).is_err());
    assert!(Basket::new(Vec::new()).is_err());
    assert_eq!(Basket::new(vec![quantity]).unwrap().value().len(), 1);
}

#[test]
fn the_first_rule_that_does_not_hold_is_named() {
    assert_eq!(Tag::new(" ").unwrap_err().to_string(), "`Tag` is not empty (found \"\")");
    let long = Tag::new("123456789").unwrap_err();
    assert_eq!(long.rule().constraint, Constraint::MaxChars(8));
    assert_eq!(Tag::new("a b").unwrap_err().message(), "a tag is one word");
    let hostile = "\u{1b}[31m".repeat(1000);
    let shown = Tag::new(hostile).unwrap_err().to_string();
    assert!(shown.len() < 200 && !shown.contains('\u{1b}'), "{shown}");
    assert!(Share::new(f64::NAN).is_err(), "not a number is not within a range");
    let error: NoIsbn = Isbn::new("1").unwrap_err();
    assert!(error.message().starts_with("`Isbn` satisfies `value.len() == 13"), "{error}");
}

#[test]
fn rules_of_fields_and_of_all_of_them_hold_together() {
    let period = Period::new(1, 2, " spring ", None).unwrap();
    assert_eq!((period.from(), period.to(), period.name()), (1, 2, "spring"));
    assert_eq!(period.note(), &None);
    assert_eq!(period.clone().into_inner(), (1, 2, "spring".to_owned(), None));
    assert_eq!(Period::try_from((1, 2, "spring".to_owned(), None)).unwrap(), period);
    let reversed = Period::new(2, 1, "", None).unwrap_err();
    assert_eq!(reversed.to_string(), "a period ends after it begins");
    let late = Period::new(1, 10_000, "", None).unwrap_err();
    assert_eq!(late.to_string(), "no year beyond 9999 (found 10000)");
    assert_eq!(late.rule().field.unwrap().name, "to");
    let text = r#"{"from":1,"to":2,"name":"spring","note":null}"#;
    assert_eq!(serde_json::to_string(&period).unwrap(), text);
    assert_eq!(json(r#"{"to":2,"name":" spring ","from":1}"#), Ok(period));
    let error = json::<Period>(r#"{"from":2,"to":1,"name":""}"#).unwrap_err();
    assert!(error.starts_with("a period ends after it begins"), "{error}");
    let line = Line::new(Quantity::new(3).unwrap()).unwrap();
    assert_eq!(serde_json::to_string(&line).unwrap(), r#"{"quantity":3}"#);
    assert!(json::<Line>(r#"{"quantity":0}"#).is_err());
}

#[test]
fn a_personal_value_shows_nowhere() {
    let secret = "ada@example.org";
    let email = Email::new(format!(" {secret} ")).unwrap();
    assert_eq!(email.value(), secret);
    assert_eq!(format!("{email:?}"), "Email(…)");
    assert_eq!(format!("{:#?}", Some(&email)), "Some(\n    Email(…),\n)");
    let refused = Email::new("ada at example.org").unwrap_err();
    assert!(!format!("{refused:?} {refused}").contains("ada"), "{refused:?}");
    assert!(!json::<Email>("\"ada at example.org\"").unwrap_err().contains("ada"));
    let of_other_type = json::<Email>("4711").unwrap_err();
    assert_eq!(of_other_type, "this does not read as `Email`");
    assert_eq!(serde_json::to_string(&email).unwrap(), "\"ada@example.org\"");
}

/// A person in two fields, of which no error may tell.
#[derive(ValueObject, Clone, PartialEq)]
#[value(personal)]
struct Person {
    name: String,
    born: u16,
}

#[test]
fn a_syntax_error_in_a_personal_value_is_told_as_what_it_is() {
    let whole = r#"{"name": "Ada \u004c", "born": 1815}"#;
    let read = |text: &str| {
        serde_json::from_str::<Person>(text).map_err(|error| {
            assert!(!error.to_string().contains("Ada"), "{error}");
            error
        })
    };
    assert_eq!(read(whole).unwrap().name(), "Ada L");
    for end in 0..whole.len() {
        let error = read(&whole[..end]).unwrap_err();
        assert!(error.is_eof() && error.to_string().contains("EOF"), "{end}: {error}");
    }
    for (broken, says) in [
        (r#"{"name" "Ada", "born": 1815}"#, "expected `:` at line 1 column 9"),
        (r#"{"name": "Ada" "born": 1815}"#, "expected `,` or `}`"),
        (r#"{"name": "Ada", "born": 1815,}"#, "trailing comma"),
        (r#"{"name": "Ada\q", "born": 1815}"#, "invalid escape"),
        (r#"{"name": Ada, "born": 1815}"#, "expected value"),
        (r#"{"name": "Ada", "born": 18.}"#, "invalid number"),
        (r#"{"name": "Ada", "born": 1e999}"#, "number out of range"),
    ] {
        let error = read(broken).unwrap_err();
        assert!(error.is_syntax() && error.to_string().contains(says), "{broken}: {error}");
    }
    let hidden = "this does not read as `Person`";
    for (other, told) in [
        (r#"{"name": "Ada"}"#, "Ada"),
        (r#"{"name": "Ada", "born": 98765}"#, "98765"),
        (r#"{"name": "Ada", "born": "expected value"}"#, "expected"),
        (r#"{"name": 98765, "born": 1815}"#, "98765"),
        (r#""98765""#, "98765"),
    ] {
        let error = read(other).unwrap_err();
        let text = error.to_string();
        assert!(error.is_data() && text.starts_with(hidden) && !text.contains(told), "{text}");
    }
}

#[test]
fn rules_are_data() {
    let rules = Quantity::rules();
    let range = Constraint::Range(Bound::Whole(1), Bound::Whole(999));
    assert_eq!(rules.iter().map(|rule| rule.constraint).collect::<Vec<_>>(), [range]);
    let range = Constraint::Range(Bound::Whole(-5), Bound::Whole(5));
    assert_eq!(Level::rules()[0].constraint, range);
    assert_eq!(Tag::rules()[0].constraint, Constraint::NotEmpty);
    assert_eq!(Tag::rules()[2].constraint, Constraint::Check("is_word"));
    assert_eq!(Share::rules()[1].constraint, Constraint::Max(Bound::Real(1.0)));
}

#[test]
fn the_testkit_draws_valid_values_and_invalid_ones() {
    fn all<V: ValueObject<Inner: Sample + Clone>>() {
        let drawn: Vec<V::Inner> = values::<V>().take(300).map(V::into_inner).collect();
        assert!(drawn.into_iter().all(|inner| V::from_inner(inner).is_ok()), "{}", V::NAME);
        let outside = invalid::<V>();
        assert!(outside.into_iter().all(|inner| V::from_inner(inner).is_err()), "{}", V::NAME);
    }
    all::<Quantity>();
    all::<Tag>();
    all::<Email>();
    all::<Period>();
    all::<Share>();
    all::<Basket>();
    all::<Level>();
    all::<Isbn>();
    all::<Line>();
    assert_eq!(invalid::<Quantity>(), [0, 1000, u32::MAX]);
    assert_eq!(invalid::<Level>(), [-6, 6, i8::MIN, i8::MAX]);
    assert!(!invalid::<Period>().is_empty() && !invalid::<Tag>().is_empty());
    let drawn = |seed| values_from::<Quantity>(seed).take(200).collect::<Vec<_>>();
    assert_eq!(drawn(1), drawn(1), "a seed says which");
    assert_ne!(drawn(1), drawn(2));
    assert!(drawn(1).into_iter().collect::<BTreeSet<_>>().len() > 100, "they differ");
}

#[derive(ValueObject, Debug)]
#[value(check = *value == 123_456_789)]
struct Rare(u64);

#[derive(ValueObject, Debug)]
#[value(max = 3, examples = [4])]
struct Wrong(u8);

#[test]
#[should_panic(expected = "add `#[value(examples = [..])]` to `Rare`")]
fn values_that_are_not_found_are_asked_for() {
    values::<Rare>().next();
}

#[test]
#[should_panic(expected = "example 0 of `Wrong` is not valid: `Wrong` is at most 3 (found 4)")]
fn an_example_that_is_not_valid_fails_the_test() {
    values::<Wrong>().next();
}

proptest! {
    #[test]
    fn what_serde_reads_is_valid(number: u32, text in ".{0,12}", from: u32, to in 0_u32..20_000) {
        let quantity = json::<Quantity>(&number.to_string());
        prop_assert_eq!(quantity.is_ok(), (1..=999).contains(&number));
        let written = serde_json::to_string(&text).unwrap();
        if let Ok(tag) = json::<Tag>(&written) {
            prop_assert!((1..=8).contains(&tag.value().chars().count()) && is_word(tag.value()));
        }
        let period = serde_json::json!({ "from": from, "to": to, "name": text });
        if let Ok(period) = json::<Period>(&period.to_string()) {
            prop_assert!(period.from() <= period.to() && period.to() <= 9999);
            let again = serde_json::to_string(&period).unwrap();
            prop_assert_eq!(json(&again), Ok(period));
        }
    }

    #[test]
    fn what_is_normalized_stays_as_it_is(text in ".{0,12}") {
        if let Ok(tag) = Tag::new(text.as_str()) {
            prop_assert_eq!(Tag::new(tag.value()), Ok(tag.clone()));
        }
        if let Ok(email) = Email::new(format!("{text}@")) {
            prop_assert!(Email::new(email.value()).unwrap() == email);
        }
    }
}
