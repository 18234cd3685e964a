//! The command table as JSON (`CommandInfo` in `types.ts`), for hints, completion and the reference.

use crate::json::Json;
use redloop_core::command::{Begin, CommandTable};

/// See the module.
pub(crate) fn table() -> String {
    let mut json = Json::default();
    json.open('[');
    for (_, entry) in CommandTable::shared().iter() {
        let spec = entry.spec;
        let name = entry.full_name.to_ascii_uppercase().replace('|', " ");
        json.open('{').name("name").text(&name);
        json.name("arity").signed(spec.arity.into());
        json.name("syntax").text(spec.syntax).name("summary").text(spec.summary);
        json.name("complexity").text(spec.complexity).name("since").text(spec.since);
        json.name("group").text(spec.group.name());
        let first = spec.keys.iter().find_map(|keys| match keys.begin {
            Begin::Index(index) => u64::try_from(index).ok(),
            _ => None,
        });
        json.name("firstKey").number(first.unwrap_or(0)).close('}');
    }
    json.close(']');
    json.finish()
}
