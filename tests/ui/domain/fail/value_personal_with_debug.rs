// rdddy::E043: the compiler finds the second `Debug`.
use rdddy::prelude::*;

#[derive(ValueObject, Debug)]
#[value(personal)]
struct Email(String);

fn main() {}
