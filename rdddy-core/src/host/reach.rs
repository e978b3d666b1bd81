//! Repositories and decisions across streams, as a system with a store has them.

use super::boundary::{Agreed, Boundary, Consider, DecideError, DecisionModel, IntoFacts};
use super::repository::Repository;
use super::start;
use crate::domain::Aggregate;
use crate::runtime::ActorSystem;

/// The system has no store: see [`SystemBuilder::store`](crate::runtime::SystemBuilder::store).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system was started without a store")]
pub struct NoStore;

impl ActorSystem {
    /// The aggregates of type `A` in the system's store, to be read.
    ///
    /// # Errors
    ///
    /// [`NoStore`].
    pub fn repository<A: Aggregate>(&self) -> Result<Repository<A>, NoStore> {
        let around = start::surroundings(self.inner()).ok_or(NoStore)?;
        Ok(Repository::over(around))
    }

    /// Decisions that depend on events of many streams in the system's store.
    ///
    /// # Errors
    ///
    /// [`NoStore`].
    pub fn boundary(&self) -> Result<Boundary, NoStore> {
        let around = start::surroundings(self.inner()).ok_or(NoStore)?;
        Ok(Boundary::over(self.clone(), around))
    }

    /// Takes a decision that depends on events of many streams: see [`Boundary::decide`], and
    /// [`Boundary::decide_as`] for one that is taken once, however often it is asked for.
    ///
    /// # Errors
    ///
    /// As for [`Boundary::decide`], and [`DecideError::NoStore`].
    ///
    /// # Cancel safety
    ///
    /// As for [`Boundary::decide`].
    pub async fn decide<M, T, X>(
        &self,
        model: &M,
        decide: impl Fn(&M::State, &Consider) -> Result<T, X> + Send,
    ) -> Result<Agreed<T::Reply>, DecideError<X>>
    where
        M: DecisionModel,
        T: IntoFacts,
    {
        self.boundary()?.decide(model, decide).await
    }
}
