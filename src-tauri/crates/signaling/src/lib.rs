//! The call gateway's protocol as types, room links and discovery
