//! The domain map as a Mermaid flowchart.
//!
//! An actor is a box with double sides, a command a box, a query a hexagon, an event a stadium.

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::in_order;
use crate::message::Kind;
use crate::model::entry::{ActorEntry, MessageEntry, MessageUse, split_name};
use crate::model::map::DomainMap;

pub(in crate::model) fn render(map: &DomainMap) -> String {
    let mut chart = Chart::default();
    for message in map.messages() {
        chart.message(Shown::from(message));
    }
    for actor in map.actors() {
        chart.actor(actor);
    }
    chart.finish()
}

/// What is drawn so far.
#[derive(Default)]
struct Chart {
    /// The nodes of each context, in the order they are drawn.
    frames: BTreeMap<&'static str, Vec<String>>,
    arrows: Vec<String>,
    /// The node of each message, by its type.
    messages: BTreeMap<TypeId, String>,
    taken: BTreeSet<String>,
}

impl Chart {
    /// The node of a message, drawn when it is met for the first time: an actor may also use a
    /// message of a crate that the map is not about.
    fn message(&mut self, message: Shown) -> String {
        if let Some(node) = self.messages.get(&message.type_id) {
            return node.clone();
        }
        let (context, local) = split_name(message.name);
        let (open, close) = match message.kind {
            Kind::Command => ("[", "]"),
            Kind::Query => ("{{", "}}"),
            Kind::Event => ("([", "])"),
        };
        let version = match message.version {
            1 => String::new(),
            version => format!(" v{version}"),
        };
        let node = self.free_node("m", &format!("{}{version}", message.name));
        let label = escape(local);
        self.draw(context, format!("{node}{open}\"{label}{version}\"{close}"));
        self.messages.insert(message.type_id, node.clone());
        node
    }

    fn actor(&mut self, actor: &ActorEntry) {
        let node = self.free_node("a", &actor.path());
        self.draw(actor.context(), format!("{node}[[\"{}\"]]", escape(actor.name)));
        for handled in in_order(actor.handles) {
            let message = self.message(Shown::from(handled));
            self.arrows.push(format!("{message} --> {node}"));
        }
        for asked in in_order(actor.asks) {
            let message = self.message(Shown::from(asked));
            self.arrows.push(format!("{node} -.-> {message}"));
        }
    }

    fn draw(&mut self, context: &'static str, node: String) {
        self.frames.entry(context).or_default().push(node);
    }

    /// A node's name as Mermaid takes it, which is by letters and digits only. It follows from the
    /// name of what it shows, so that a picture under version control changes where the domain does.
    fn free_node(&mut self, prefix: &str, name: &str) -> String {
        let plain: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let mut node = format!("{prefix}_{plain}");
        while !self.taken.insert(node.clone()) {
            node.push('_');
        }
        node
    }

    fn finish(mut self) -> String {
        let mut text = String::from("flowchart LR\n");
        for (context, nodes) in std::mem::take(&mut self.frames) {
            let frame = self.free_node("c", context);
            let _ = writeln!(text, "    subgraph {frame}[\"{}\"]", escape(context));
            for node in nodes {
                let _ = writeln!(text, "        {node}");
            }
            text.push_str("    end\n");
        }
        for arrow in self.arrows {
            let _ = writeln!(text, "    {arrow}");
        }
        text
    }
}

/// What is drawn of a message.
#[derive(Clone, Copy)]
struct Shown {
    name: &'static str,
    type_id: TypeId,
    kind: Kind,
    version: u32,
}

impl From<&MessageEntry> for Shown {
    fn from(entry: &MessageEntry) -> Self {
        let (name, type_id) = ((entry.name)(), (entry.type_id)());
        Shown { name, type_id, kind: entry.kind, version: entry.version }
    }
}

impl From<&MessageUse> for Shown {
    fn from(used: &MessageUse) -> Self {
        let (name, type_id) = ((used.name)(), (used.type_id)());
        Shown { name, type_id, kind: used.kind, version: used.version }
    }
}

/// A text inside a label.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' | '"' | '<' | '>' | '&' | '`' => {
                let _ = write!(escaped, "#{};", u32::from(c));
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
