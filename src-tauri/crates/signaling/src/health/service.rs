//! `/health` of translation, speech synthesis and speech recognition.

use serde_json::Value;

/// How a service says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceState {
    /// It works.
    Ready,
    /// It loads its models, or will at the first request, which then takes long.
    Starting,
    /// It says that it does not work.
    Unhealthy,
}

/// What a service says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceHealth {
    /// How it says it is.
    pub state: ServiceState,
    /// Models and helpers that it says are missing, such as `vi`, `models`, `redis`.
    pub missing: Vec<String>,
}

/// Languages that every service needs a model for.
const LANGUAGES: [&str; 2] = ["vi", "en"];

/// Fields that list the models of a service.
const MODEL_FIELDS: [&str; 3] = ["loaded_models", "models", "models_loaded"];

impl ServiceHealth {
    /// Reads the page of any of the services; `None` for what is no JSON object.
    pub fn parse(text: &str) -> Option<Self> {
        let page: Value = serde_json::from_str(text.trim_start_matches('\u{FEFF}')).ok()?;
        let page = page.as_object()?;
        let status = page.get("status").and_then(Value::as_str);
        let status = status.unwrap_or("ok").trim().to_ascii_lowercase();
        let mut missing = Vec::new();
        for models in MODEL_FIELDS.iter().filter_map(|field| page.get(*field)) {
            for model in missing_models(models) {
                if !missing.contains(&model) {
                    missing.push(model);
                }
            }
        }
        if page.get("redis_connected") == Some(&Value::Bool(false)) {
            missing.push("redis".to_owned());
        }
        let state = match status.as_str() {
            "starting" | "loading" | "initializing" | "warming" | "warming_up" => {
                ServiceState::Starting
            }
            "unhealthy" | "error" | "failed" | "down" => ServiceState::Unhealthy,
            _ => ServiceState::Ready,
        };
        Some(Self { state, missing })
    }
}

/// Models that are not there: of a flag, of a map with flags, or of a list of languages.
fn missing_models(models: &Value) -> Vec<String> {
    match models {
        Value::Bool(false) => vec!["models".to_owned()],
        Value::Object(models) => {
            let absent = models
                .iter()
                .filter(|(_, loaded)| matches!(loaded, Value::Bool(false) | Value::Null));
            absent
                .map(|(name, _)| name.chars().take(20).collect())
                .collect()
        }
        Value::Array(models) => {
            let names: Vec<&str> = models.iter().filter_map(Value::as_str).collect();
            // A list that speaks of something else than languages says nothing about them.
            if !names.is_empty() && !names.iter().any(|name| LANGUAGES.contains(name)) {
                return Vec::new();
            }
            let absent = LANGUAGES
                .iter()
                .filter(|language| !names.contains(language));
            absent.map(|language| (*language).to_owned()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_is_understood() {
        use ServiceState::{Ready, Starting, Unhealthy};
        for (page, state, missing) in [
            (
                r#"{"status":"healthy","models_loaded":true,"redis_connected":true}"#,
                Ready,
                &[][..],
            ),
            (
                r#"{"status":"starting","models_loaded":false,"redis_connected":false}"#,
                Starting,
                &["models", "redis"],
            ),
            (
                r#"{"status":"healthy","engine":"piper","languages":["vi","en"],"modes":["generic"],"loaded_models":{"en":true,"vi":false}}"#,
                Ready,
                &["vi"],
            ),
            (
                r#"{"status":"ok","models":["vi","en"],"engine":"sherpa-onnx"}"#,
                Ready,
                &[],
            ),
            (
                r#"{"status":"ok","models":["vi"],"engine":"sherpa-onnx"}"#,
                Ready,
                &["en"],
            ),
            (r#"{"status":"ok","models":["zipformer"]}"#, Ready, &[]),
            (r#"{"status":"unhealthy"}"#, Unhealthy, &[]),
            (r#"{"status":7,"models":null}"#, Ready, &[]),
        ] {
            let health = ServiceHealth::parse(page).expect("an object");
            assert_eq!(health.state, state, "{page}");
            assert_eq!(health.missing, missing, "{page}");
        }
        assert_eq!(ServiceHealth::parse("<html>"), None);
    }
}
