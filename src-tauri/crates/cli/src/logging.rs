//! Logs go to standard error, and only when asked for.

use tracing_subscriber::EnvFilter;

/// Environment variable with a filter such as `call=debug`.
const VARIABLE: &str = "JBCALL_LOG";

/// Begins to log: once for warnings, twice for information, three times for everything. At
/// `debug` and below, logs may name rooms and people.
pub fn start(verbose: u8) {
    let from_environment = std::env::var(VARIABLE).ok();
    let filter = match (verbose, from_environment) {
        (0, None) => return,
        (0, Some(filter)) => filter,
        (1, _) => "warn".to_owned(),
        (2, _) => "info".to_owned(),
        (_, _) => "debug".to_owned(),
    };
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::builder().parse_lossy(call::log_filter(&filter)))
        .with_writer(std::io::stderr)
        .try_init();
}
