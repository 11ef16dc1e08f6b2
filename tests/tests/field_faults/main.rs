//! One fault at a time: each is blamed on its own rung, and on no other. Ends with a table of
//! fault against verdict.

mod media_faults;
mod table;

use table::Table;

#[test]
fn every_fault_is_blamed_on_its_own_rung() {
    let mut table = Table::default();
    media_faults::run(&mut table);
    table.finish();
}
