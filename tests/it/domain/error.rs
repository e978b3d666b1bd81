//! What a refusal says to programs.

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
