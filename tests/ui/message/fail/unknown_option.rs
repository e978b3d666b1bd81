use rdddy::prelude::*;

#[derive(Command)]
#[command(replys = u32)]
struct Add(u32);

fn main() {}
