//! `/metrics` of a gateway, in Prometheus' text format.

/// The gauges of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Metrics {
    /// Media workers.
    pub workers: Option<u64>,
    /// Rooms, empty ones included.
    pub rooms: Option<u64>,
    /// Microphones that the server decodes.
    pub audio_streams: Option<u64>,
}

impl Metrics {
    /// Reads the page; `None` if none of the gauges is there.
    pub fn parse(text: &str) -> Option<Self> {
        let gauge = |name: &str| {
            text.lines().find_map(|line| {
                let rest = line.trim().strip_prefix(name)?;
                let rest = match rest.strip_prefix('{') {
                    Some(labelled) => labelled.split_once('}')?.1,
                    None => rest.strip_prefix([' ', '\t'])?,
                };
                let value: f64 = rest.split_whitespace().next()?.parse().ok()?;
                // Casting saturates.
                (value >= 0.0).then_some(value as u64)
            })
        };
        let metrics = Self {
            workers: gauge("gateway_workers_total"),
            rooms: gauge("gateway_rooms_total"),
            audio_streams: gauge("gateway_audio_streams_total"),
        };
        (metrics != Self::default()).then_some(metrics)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gauges_are_read() {
        let page = include_str!("../../tests/fixtures/frames/http/metrics.txt");
        let expected = Metrics {
            workers: Some(1),
            rooms: Some(8),
            audio_streams: Some(1),
        };
        assert_eq!(Metrics::parse(page), Some(expected));
        let labelled = "gateway_rooms_total{pod=\"a\"} 3.0 1795211148095";
        assert_eq!(Metrics::parse(labelled).and_then(|m| m.rooms), Some(3));
        for page in ["", "<html>", "gateway_rooms_total", "gateway_rooms_total x"] {
            assert_eq!(Metrics::parse(page), None, "{page}");
        }
    }
}
