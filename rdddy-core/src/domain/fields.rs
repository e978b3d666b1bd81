//! Reading a struct as the tuple of its fields.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// The fields of a struct, as a tuple.
#[doc(hidden)]
pub trait Fields<'de>: Sized {
    /// Reads them by their names.
    fn from_map<A: MapAccess<'de>>(
        names: &'static [&'static str],
        map: A,
    ) -> Result<Self, A::Error>;

    /// Reads them one after the other.
    fn from_seq<A: SeqAccess<'de>>(seq: A) -> Result<Self, A::Error>;
}

/// Reads the struct `name` with fields of these `names`. Unknown fields are ignored, and an
/// `Option` may be missing, as serde's derive has it.
///
/// # Errors
///
/// A field is missing, there twice, or cannot be read.
#[doc(hidden)]
pub fn deserialize_fields<'de, F: Fields<'de>, D: Deserializer<'de>>(
    deserializer: D,
    name: &'static str,
    names: &'static [&'static str],
) -> Result<F, D::Error> {
    deserializer.deserialize_struct(name, names, FieldsVisitor { name, names, of: PhantomData })
}

struct FieldsVisitor<F> {
    name: &'static str,
    names: &'static [&'static str],
    of: PhantomData<F>,
}

impl<'de, F: Fields<'de>> Visitor<'de> for FieldsVisitor<F> {
    type Value = F;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<F, A::Error> {
        F::from_map(self.names, map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<F, A::Error> {
        F::from_seq(seq)
    }
}

/// Reads the place of a name among others; that of an unknown one is behind the last.
struct Place(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Place {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Place {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        Ok(self.0.iter().position(|known| *known == name).unwrap_or(self.0.len()))
    }

    fn visit_bytes<E: Error>(self, name: &[u8]) -> Result<usize, E> {
        Ok(self.0.iter().position(|known| known.as_bytes() == name).unwrap_or(self.0.len()))
    }

    fn visit_u64<E: Error>(self, place: u64) -> Result<usize, E> {
        Ok(usize::try_from(place).unwrap_or(self.0.len()))
    }
}

/// What a missing field is read from: an `Option` is `None`, everything else an error.
struct Missing<E>(&'static str, PhantomData<E>);

impl<'de, E: Error> Deserializer<'de> for Missing<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(E::missing_field(self.0))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

fn name_of(names: &'static [&'static str], place: usize) -> &'static str {
    names.get(place).copied().unwrap_or("?")
}

macro_rules! fields {
    ($count:literal: $($field:ident $place:literal),*) => {
        impl<'de, $($field: Deserialize<'de>),*> Fields<'de> for ($($field,)*) {
            #[expect(non_snake_case, reason = "a variable for each type")]
            fn from_map<M: MapAccess<'de>>(
                names: &'static [&'static str],
                mut map: M,
            ) -> Result<Self, M::Error> {
                $(let mut $field = None;)*
                while let Some(place) = map.next_key_seed(Place(names))? {
                    match place {
                        $($place if $field.is_some() => {
                            return Err(M::Error::duplicate_field(name_of(names, $place)));
                        }
                        $place => $field = Some(map.next_value()?),)*
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(($(match $field {
                    Some(field) => field,
                    None => Deserialize::deserialize(Missing(name_of(names, $place), PhantomData))?,
                },)*))
            }

            fn from_seq<S: SeqAccess<'de>>(mut seq: S) -> Result<Self, S::Error> {
                Ok(($(match seq.next_element()? {
                    Some(field) => field,
                    None => {
                        return Err(S::Error::invalid_length($place, &concat!($count, " fields")));
                    }
                },)*))
            }
        }
    };
}

fields!(1: F0 0);
fields!(2: F0 0, F1 1);
fields!(3: F0 0, F1 1, F2 2);
fields!(4: F0 0, F1 1, F2 2, F3 3);
fields!(5: F0 0, F1 1, F2 2, F3 3, F4 4);
fields!(6: F0 0, F1 1, F2 2, F3 3, F4 4, F5 5);
fields!(7: F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6);
fields!(8: F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6, F7 7);
fields!(9: F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6, F7 7, F8 8);
fields!(10: F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6, F7 7, F8 8, F9 9);
fields!(11: F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6, F7 7, F8 8, F9 9, F10 10);
fields!(12: F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6, F7 7, F8 8, F9 9, F10 10, F11 11);
