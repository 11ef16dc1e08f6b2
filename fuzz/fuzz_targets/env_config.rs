//! Anything a site may serve as `env-config.js` is a configuration, perhaps an empty one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signaling::discovery::EnvConfig;

fuzz_target!(|input: &str| {
    let site = "https://site.example/".parse().expect("an address");
    let config = EnvConfig::parse(input, &site);
    for url in [config.gateway, config.translation, config.speech]
        .into_iter()
        .flatten()
    {
        assert!(matches!(url.scheme(), "http" | "https"));
    }
});
