//! What a refusal says to programs.

use rdddy::model::{DomainErrorEntry, DomainMap, ErrorCode, Finding, SourceLocation};
use rdddy::prelude::*;

#[derive(Debug, DomainError, thiserror::Error)]
#[domain(context = "payments", transient)]
#[error("the bank is closed")]
struct BankError;

#[derive(Debug, DomainError, thiserror::Error)]
#[domain(context = "sales", severity = warning)]
enum OrderError {
    #[error("order {0} was already placed")]
    AlreadyPlaced(u64),
    #[error("the stock is busy")]
    #[domain(transient, severity = info)]
    StockBusy { _shelf: u8 },
    #[error("the books do not balance")]
    #[domain(terminal, severity = critical, code = "books.out-of-balance")]
    OutOfBalance,
    #[error(transparent)]
    #[domain(transparent)]
    Bank(#[from] BankError),
    #[error("no HTTP")]
    HTTPDown,
}

#[derive(Debug, DomainError, thiserror::Error)]
enum Never {}

#[test]
fn each_variant_has_a_code_a_severity_and_a_hope() {
    for (error, code, transient, severity) in [
        (OrderError::AlreadyPlaced(1), "sales.already_placed", false, Severity::Warning),
        (OrderError::StockBusy { _shelf: 1 }, "sales.stock_busy", true, Severity::Info),
        (OrderError::OutOfBalance, "books.out-of-balance", false, Severity::Critical),
        (BankError.into(), "payments.bank", true, Severity::Error),
        (OrderError::HTTPDown, "sales.http_down", false, Severity::Warning),
    ] {
        assert_eq!(error.code(), code);
        assert_eq!((error.is_transient(), error.severity()), (transient, severity), "{code}");
    }
    fn is_domain_error<E: DomainError>() {}
    is_domain_error::<Never>();
}

#[test]
fn a_domain_error_travels_as_data() {
    let error: Box<dyn DomainError> = Box::new(OrderError::AlreadyPlaced(7));
    let data = error.to_data();
    let text = serde_json::to_string(&data).unwrap();
    assert_eq!(
        text,
        r#"{"code":"sales.already_placed","message":"order 7 was already placed","transient":false,"severity":"warning"}"#
    );
    assert_eq!(serde_json::from_str::<ErrorData>(&text).unwrap(), data);
    assert!(serde_json::from_str::<ErrorData>(r#"{"code":"a"}"#).is_err());
}

#[derive(Command)]
#[command(error = OrderError)]
struct Order;

#[derive(Event)]
struct Delivered;

struct Clerk;

#[actor]
impl Clerk {
    #[handler]
    fn order(&mut self, _: Order) -> Result<(), OrderError> {
        Err(OrderError::StockBusy { _shelf: 1 })
    }

    #[handler]
    fn delivered(&mut self, _: &Delivered) -> rdddy::Result<()> {
        Err(NoParcel(BankError.into()).into())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("nobody knows")]
struct Unknown;

#[derive(Debug, thiserror::Error)]
#[error("there is no parcel")]
struct NoParcel(#[source] OrderError);

async fn failure_of(system: &ActorSystem, cause: impl AsyncFnOnce(ActorRef<Clerk>)) -> SystemEvent {
    let mut events = system.subscribe::<SystemEvent>();
    let clerk = system.spawn(Props::new(|| Clerk)).await.unwrap();
    cause(clerk).await;
    loop {
        let event = events.next().await.unwrap();
        if let SystemEvent::HandlerFailed { .. } = &*event {
            return (*event).clone();
        }
    }
}

fn data_of(event: &SystemEvent) -> ErrorData {
    let SystemEvent::HandlerFailed { failure: Failure::Error(report), .. } = event else {
        panic!("{event:?}")
    };
    report.data().unwrap().clone()
}

#[tokio::test]
async fn a_failure_by_a_domain_error_carries_it_as_data() {
    let system = ActorSystem::builder().start().await.unwrap();
    let expected = OrderError::StockBusy { _shelf: 1 }.to_data();
    let told = failure_of(&system, async |clerk| clerk.tell(Order).await.unwrap()).await;
    assert_eq!(data_of(&told), expected);
    let asked = failure_of(&system, async |clerk| drop(clerk.ask(Order).await)).await;
    assert!(matches!(asked, SystemEvent::HandlerFailed { answered: true, .. }));
    assert_eq!(data_of(&asked), expected);

    let json = serde_json::to_value(&told).unwrap();
    assert_eq!(json["event"], "handler_failed");
    assert_eq!(json["message"], "it.Order");
    let error = &json["failure"]["error"];
    assert_eq!(serde_json::from_value::<ErrorData>(error["data"].clone()).unwrap(), expected);
    assert_eq!(error["data"]["code"], "sales.stock_busy");
    assert_eq!(error["message"], "the stock is busy");
}

#[tokio::test]
async fn a_domain_error_is_found_among_the_causes() {
    let system = ActorSystem::builder().start().await.unwrap();
    let told = failure_of(&system, async |_| system.publish(Delivered).await.unwrap()).await;
    assert_eq!(data_of(&told).code, "payments.bank");
    assert_eq!(rdddy::runtime::ErrorReport::of(Unknown).data(), None);
    let json = serde_json::to_value(rdddy::runtime::ErrorReport::of(Unknown)).unwrap();
    assert_eq!(json, serde_json::json!({ "message": "nobody knows", "causes": [] }));
}

const fn entry(name: &'static str, codes: fn() -> Vec<ErrorCode>, line: u32) -> DomainErrorEntry {
    let location = SourceLocation { file: "src/sales.rs", line };
    DomainErrorEntry::new((name, "shop::sales"), codes, |_| None, location)
}

#[test]
fn two_errors_with_one_code_are_found_unless_both_were_given_it() {
    let own = || vec![ErrorCode { code: "sales.not_found", given: false }];
    let given = || vec![ErrorCode { code: "sales.not_found", given: true }];
    let other = || vec![ErrorCode { code: "sales.busy", given: false }];
    for (first, second, clash) in [
        (own as fn() -> Vec<_>, own as fn() -> Vec<_>, true),
        (own, given, true),
        (given, given, false),
        (own, other, false),
    ] {
        let map = DomainMap::new()
            .with_error(entry("OrderError", first, 1))
            .with_error(entry("OrderError", first, 1))
            .with_error(entry("StockError", second, 2));
        let verification = map.verify();
        let found = verification
            .findings()
            .iter()
            .find(|it| it.message().is_none() && { matches!(it, Finding::SharedErrorCode { .. }) });
        assert_eq!(found.is_some(), clash, "{found:?}");
        if let Some(found) = found {
            let text = found.to_string();
            assert!(text.contains("`OrderError` (src/sales.rs:1), `StockError`"), "{text}");
        }
        let elsewhere = map.of_crate("school").verify();
        assert!(
            !elsewhere.findings().iter().any(|it| matches!(it, Finding::SharedErrorCode { .. }))
        );
    }
}

#[test]
fn the_linker_knows_every_domain_error() {
    let map = DomainMap::linked().of_crate("it");
    let known = map.errors().find(|entry| entry.name == "BankError").unwrap();
    assert_eq!((known.codes)(), [ErrorCode { code: "payments.bank", given: false }]);
    let order = map
        .errors()
        .find(|entry| entry.name == "OrderError" && entry.module.ends_with("domain::error"));
    assert_eq!((order.unwrap().codes)().len(), 4, "that of the bank is the bank's");
}
