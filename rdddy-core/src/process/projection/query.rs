//! Typed queries over the rows of projections.

use std::any::TypeId;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use super::Projection;
use super::handle::RunningProjection;
use super::rows::{Rows, RowsError};
use super::shown::Shown;
use crate::host::{self, QueryRoute};
use crate::message::Query;
use crate::runtime::{ActorSystem, panic_message};

/// An answer that is being made: to the query, or why there is none.
pub type Answering<Q> = Pin<Box<dyn Future<Output = Answer<Q>> + Send>>;

type Answer<Q> = Result<
    Result<<Q as crate::message::Request>::Reply, <Q as crate::message::Request>::Error>,
    RowsError,
>;

/// What a handler of a query over rows may return: the reply, or a `Result` of it with
/// [`RowsError`]; and inside of that a `Result` with the query's own error, if it has one.
#[diagnostic::on_unimplemented(
    message = "rdddy::E085: a query over rows cannot be answered by `{Self}`",
    label = "not the reply of the query",
    note = "help: return what the query's `reply` says, `{R}`, or a `Result<{R}, RowsError>`"
)]
pub trait IntoAnswer<R, E> {
    /// Converts the returned value.
    ///
    /// # Errors
    ///
    /// [`RowsError`], as the handler returned it.
    fn into_answer(self) -> Result<Result<R, E>, RowsError>;
}

impl<R, E> IntoAnswer<R, E> for R {
    fn into_answer(self) -> Result<Result<R, E>, RowsError> {
        Ok(Ok(self))
    }
}

impl<R, E> IntoAnswer<R, E> for Result<R, RowsError> {
    fn into_answer(self) -> Result<Result<R, E>, RowsError> {
        self.map(Ok)
    }
}

impl<R, E> IntoAnswer<R, E> for Result<Result<R, E>, RowsError> {
    fn into_answer(self) -> Result<Result<R, E>, RowsError> {
        self
    }
}

/// Takes the queries that a projection answers: see [`Projection::queries`].
pub struct QueryTable<'a, P: Projection> {
    running: Arc<RunningProjection<P>>,
    routes: &'a mut Vec<QueryRoute>,
}

impl<P: Projection> fmt::Debug for QueryTable<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QueryTable<{}>", P::name())
    }
}

/// Answers queries of one type.
trait Answers<Q: Query>: Send + Sync {
    fn answer(self: Arc<Self>, query: Q) -> Answering<Q>;
    /// Whose rows it answers by.
    fn shown(&self) -> Arc<dyn Shown>;
}

struct ByRows<P: Projection, Q: Query> {
    running: Arc<RunningProjection<P>>,
    handler: fn(Rows<P>, Q) -> Answering<Q>,
}

impl<P: Projection, Q: Query> Answers<Q> for ByRows<P, Q> {
    fn answer(self: Arc<Self>, query: Q) -> Answering<Q> {
        Box::pin(async move {
            let rows = self.running.rows().await?;
            (self.handler)(rows, query).await
        })
    }

    fn shown(&self) -> Arc<dyn Shown> {
        Arc::clone(&self.running) as Arc<dyn Shown>
    }
}

impl<'a, P: Projection> QueryTable<'a, P> {
    pub(super) fn new(running: Arc<RunningProjection<P>>, routes: &'a mut Vec<QueryRoute>) -> Self {
        QueryTable { running, routes }
    }

    /// The projection answers `Q`.
    pub fn add<Q: Query>(&mut self, handler: fn(Rows<P>, Q) -> Answering<Q>) {
        let running = Arc::clone(&self.running);
        let answers: Arc<dyn Answers<Q>> = Arc::new(ByRows { running, handler });
        self.routes.push(QueryRoute {
            query: TypeId::of::<Q>(),
            name: Q::name(),
            owner: P::name(),
            answerer: Box::new(answers),
        });
    }
}

impl ActorSystem {
    /// The projection that answers such queries.
    pub(crate) fn who_answers<Q: Query>(&self) -> Option<Arc<dyn Shown>> {
        let owner = host::answerer::<Arc<dyn Answers<Q>>>(self.inner(), TypeId::of::<Q>());
        Some(owner?.shown())
    }

    /// Asks the projection that answers such queries.
    ///
    /// # Errors
    ///
    /// [`QueryError`]: the query's own error, or why there is no answer.
    pub async fn query<Q: Query>(&self, query: Q) -> Result<Q::Reply, QueryError<Q>> {
        let owner = host::answerer::<Arc<dyn Answers<Q>>>(self.inner(), TypeId::of::<Q>());
        let mut answering = owner.ok_or(QueryError::NoOwner)?.answer(query);
        let answer =
            poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| answering.as_mut().poll(cx))) {
                Ok(polled) => polled.map(Ok),
                Err(panic) => Poll::Ready(Err(panic_message(&*panic).to_string())),
            })
            .await;
        match answer {
            Ok(Ok(Ok(reply))) => Ok(reply),
            Ok(Ok(Err(error))) => Err(QueryError::Refused(error)),
            Ok(Err(error)) => Err(QueryError::Rows(error)),
            Err(panic) => Err(QueryError::Failed(panic)),
        }
    }
}

/// Why a query was not answered.
#[non_exhaustive]
pub enum QueryError<Q: Query> {
    /// The projection refused: the error that the query declares.
    Refused(Q::Error),
    /// The rows could not be read.
    Rows(RowsError),
    /// The handler panicked: a defect.
    Failed(String),
    /// No projection that the system runs answers it.
    NoOwner,
}

impl<Q: Query> fmt::Display for QueryError<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Q::name();
        match self {
            QueryError::Refused(_) => write!(f, "{name} was refused"),
            QueryError::Rows(_) => write!(f, "what {name} asks for could not be read"),
            QueryError::Failed(why) => write!(f, "answering {name} panicked: {why}"),
            QueryError::NoOwner => write!(f, "no projection answers {name}"),
        }
    }
}

impl<Q: Query> fmt::Debug for QueryError<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueryError::Refused(error) => f.debug_tuple("Refused").field(error).finish(),
            QueryError::Rows(error) => f.debug_tuple("Rows").field(error).finish(),
            QueryError::Failed(why) => f.debug_tuple("Failed").field(why).finish(),
            QueryError::NoOwner => f.write_str("NoOwner"),
        }
    }
}

impl<Q: Query> std::error::Error for QueryError<Q> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            QueryError::Refused(error) => Some(error),
            QueryError::Rows(error) => Some(error),
            QueryError::Failed(_) | QueryError::NoOwner => None,
        }
    }
}
