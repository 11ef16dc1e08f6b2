//! Finds devices by what people and settings call them.

use std::sync::Mutex;

use cpal::traits::{DeviceTrait as _, HostTrait as _};

use super::{DeviceInfo, Devices};
use crate::{AudioError, Direction, lock};

/// A device with what it is called.
pub(super) struct Found {
    pub(super) device: cpal::Device,
    pub(super) info: DeviceInfo,
    /// Nobody asked for this one: it is the system's default.
    by_default: bool,
}

impl Found {
    /// PulseAudio's name of the device, if it is one of PulseAudio's. Empty for the default:
    /// PulseAudio then follows when another becomes the default.
    #[cfg(target_os = "linux")]
    pub(super) fn pulse_name(&self) -> Option<&str> {
        let name = self.info.id.strip_prefix("pulseaudio:")?;
        Some(if self.by_default { "" } else { name })
    }
}

/// The connection to the sound system. It is kept: each one to PulseAudio costs a thread that
/// outlives it.
static HOST: Mutex<Option<cpal::Host>> = Mutex::new(None);

/// Asks the sound system, over a new connection when the old one is of no use any more.
fn ask<T>(question: impl Fn(&cpal::Host) -> Result<T, cpal::Error>) -> Result<T, cpal::Error> {
    silence_alsa();
    let mut host = lock(&HOST);
    if let Some(known) = host.as_ref().filter(|host| !is_alsa(host)) {
        match question(known) {
            Ok(answer) => return Ok(answer),
            Err(error) => tracing::debug!(%error, "connects to the sound system again"),
        }
    }
    #[cfg(target_os = "linux")]
    if cpal::available_hosts().contains(&cpal::HostId::PulseAudio) {
        super::pulse_cookie::provide();
    }
    question(host.insert(cpal::default_host()))
}

fn is_alsa(host: &cpal::Host) -> bool {
    format!("{:?}", host.id()).eq_ignore_ascii_case("alsa")
}

pub(super) fn list() -> Result<Devices, AudioError> {
    Ok(Devices {
        inputs: infos(all(Direction::Input)?),
        outputs: infos(all(Direction::Output)?),
    })
}

/// Samples per second of the default device by itself.
pub(super) fn native_rate(direction: Direction) -> Result<u32, AudioError> {
    let device = find(direction, None)?.device;
    let config = match direction {
        Direction::Input => device.default_input_config(),
        Direction::Output => device.default_output_config(),
    };
    let config = config.map_err(|error| from_cpal(&error, direction))?;
    Ok(config.sample_rate())
}

fn infos(found: Vec<Found>) -> Vec<DeviceInfo> {
    found.into_iter().map(|found| found.info).collect()
}

/// The wanted device, by id or name; `None` is the default.
pub(super) fn find(direction: Direction, wanted: Option<&str>) -> Result<Found, AudioError> {
    let missing = || AudioError::NoDevice {
        direction,
        wanted: wanted.unwrap_or("default").to_owned(),
    };
    let mut found = all(direction)?;
    let infos: Vec<&DeviceInfo> = found.iter().map(|found| &found.info).collect();
    let index = choose(&infos, wanted).ok_or_else(missing)?;
    let mut found = found.swap_remove(index);
    found.by_default = wanted.is_none() && found.info.default;
    Ok(found)
}

/// Which of `devices` (sorted, the default first) is meant.
fn choose(devices: &[&DeviceInfo], wanted: Option<&str>) -> Option<usize> {
    let Some(wanted) = wanted else {
        return devices
            .iter()
            .position(|device| device.default)
            .or_else(|| devices.iter().position(|device| !is_monitor(&device.id)));
    };
    let lower = wanted.to_lowercase();
    let bare = |id: &str| id.split_once(':').is_some_and(|(_, rest)| rest == wanted);
    let rules: [&dyn Fn(&DeviceInfo) -> bool; 4] = [
        &|device| device.id == wanted || device.name == wanted,
        &|device| bare(&device.id),
        &|device| device.name.to_lowercase() == lower,
        &|device| device.name.to_lowercase().contains(&lower),
    ];
    rules
        .iter()
        .find_map(|rule| devices.iter().position(|device| rule(device)))
}

/// All devices of one direction: the default first, monitors of speakers last.
fn all(direction: Direction) -> Result<Vec<Found>, AudioError> {
    let answer = ask(|host| {
        let default = match direction {
            Direction::Input => host.default_input_device(),
            Direction::Output => host.default_output_device(),
        };
        let devices: Vec<_> = host.devices()?.collect();
        Ok((is_alsa(host), default, devices))
    });
    let (is_alsa, default, devices) = answer.map_err(|error| from_cpal(&error, direction))?;
    let default_id = default.and_then(|device| Some(device.id().ok()?.to_string()));
    let mut found: Vec<Found> = devices
        .into_iter()
        .filter_map(|device| {
            let id = device.id().ok()?.to_string();
            if is_alsa && !is_useful_on_alsa(&id) {
                return None;
            }
            let usable = match direction {
                Direction::Input => device.supports_input(),
                Direction::Output => device.supports_output(),
            };
            usable.then(|| {
                let default = default_id.as_ref() == Some(&id) && !is_monitor(&id);
                let name = device.to_string();
                // ALSA descriptions have a second line that says how, not what.
                let name = name.lines().next().unwrap_or_default().to_owned();
                Found {
                    device,
                    info: DeviceInfo { id, name, default },
                    by_default: false,
                }
            })
        })
        .collect();
    found.sort_by_key(|found| (!found.info.default, is_monitor(&found.info.id)));
    Ok(found)
}

/// Records what a speaker plays: never what somebody means by "the microphone", since the
/// others would hear themselves. PulseAudio takes it for the default when there is no other.
fn is_monitor(id: &str) -> bool {
    id.ends_with(".monitor")
}

/// ALSA lists dozens of plugins and each card several times over.
fn is_useful_on_alsa(id: &str) -> bool {
    let pcm = id.split_once(':').map_or(id, |(_, pcm)| pcm);
    let numbered = pcm
        .strip_prefix("plughw:CARD=")
        .is_some_and(|card| card.starts_with(|c: char| c.is_ascii_digit()));
    matches!(pcm, "default" | "pulse" | "pipewire") || pcm.starts_with("plughw:") && !numbered
}

/// ALSA prints to standard error what it returns as an error anyway.
pub(super) fn silence_alsa() {
    #[cfg(target_os = "linux")]
    let _ = alsa::Output::local_error_handler();
}

/// What an error of cpal while a device is looked up or opened means for a person.
pub(super) fn from_cpal(error: &cpal::Error, direction: Direction) -> AudioError {
    use cpal::ErrorKind;
    let details = error.to_string();
    match error.kind() {
        ErrorKind::DeviceBusy => AudioError::Busy { direction },
        ErrorKind::PermissionDenied => AudioError::Permission { direction },
        ErrorKind::DeviceNotAvailable => AudioError::NoDevice {
            direction,
            wanted: details,
        },
        ErrorKind::HostUnavailable => AudioError::NoSoundSystem { details },
        ErrorKind::UnsupportedConfig
        | ErrorKind::UnsupportedOperation
        | ErrorKind::InvalidInput => AudioError::Format { details },
        _ => AudioError::NoSoundSystem { details },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(id: &str, name: &str, default: bool) -> DeviceInfo {
        DeviceInfo {
            id: id.into(),
            name: name.into(),
            default,
        }
    }

    #[test]
    fn devices_are_found_by_id_name_and_part_of_the_name() {
        let devices = [
            info("pulseaudio:alsa_input.usb", "USB Headset Mono", true),
            info("pulseaudio:alsa_input.pci", "Built-in Audio", false),
            info("pulseaudio:out.monitor", "Monitor of Built-in Audio", false),
        ];
        let devices: Vec<_> = devices.iter().collect();
        for (wanted, index) in [
            (None, Some(0)),
            (Some("pulseaudio:alsa_input.pci"), Some(1)),
            (Some("alsa_input.pci"), Some(1)),
            (Some("Built-in Audio"), Some(1)),
            (Some("built-in audio"), Some(1)),
            (Some("headset"), Some(0)),
            (Some("out.monitor"), Some(2)),
            (Some("Bluetooth"), None),
        ] {
            assert_eq!(choose(&devices, wanted), index, "{wanted:?}");
        }
    }

    #[test]
    fn a_monitor_is_never_the_default_microphone() {
        let monitor = info("pulseaudio:out.monitor", "Monitor of Speaker", false);
        let microphone = info("pulseaudio:in", "Microphone", false);
        assert_eq!(choose(&[&monitor], None), None);
        assert_eq!(choose(&[&monitor, &microphone], None), Some(1));
    }

    #[test]
    fn of_alsa_only_what_people_know_is_listed() {
        assert!(is_useful_on_alsa("alsa:default"));
        assert!(is_useful_on_alsa("alsa:plughw:CARD=PCH,DEV=0"));
        for id in [
            "alsa:plughw:CARD=0,DEV=0",
            "alsa:null",
            "alsa:surround51:CARD=PCH",
        ] {
            assert!(!is_useful_on_alsa(id), "{id}");
        }
    }
}
