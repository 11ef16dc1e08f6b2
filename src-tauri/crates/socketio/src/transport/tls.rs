//! TLS by rustls: the system's trust store, optionally one more file, and HTTP/1.1 only.

use super::dial::Stream;
use crate::error::ConnectError;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// Reads the trust store and makes a configuration for both transports. Takes milliseconds and
/// reads files: done once per client, away from the async threads.
pub(crate) async fn load(extra_ca: Option<PathBuf>) -> Result<Arc<ClientConfig>, ConnectError> {
    let loaded =
        tokio::task::spawn_blocking(move || configuration(trust_store(extra_ca.as_deref())?));
    loaded.await.map_err(|error| ConnectError::Tls {
        message: error.to_string(),
    })?
}

/// Whom connections trust: the system's store and the PEM file `extra_ca`. Takes milliseconds and
/// reads files.
///
/// # Errors
///
/// `ExtraCa` when the file cannot be read or has no certificate in it.
pub fn trust_store(extra_ca: Option<&Path>) -> Result<RootCertStore, ConnectError> {
    let mut roots = RootCertStore::empty();
    // A certificate of the system that cannot be read is no reason to trust no other.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = extra_ca {
        add_file(&mut roots, path)?;
    }
    Ok(roots)
}

/// A configuration that trusts nobody, for plain http.
pub(crate) fn without_trust() -> Result<Arc<ClientConfig>, ConnectError> {
    configuration(RootCertStore::empty())
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), ConnectError> {
    let failed = |message: String| ConnectError::ExtraCa { message };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed(error.to_string()))?;
    if certificates.is_empty() {
        return Err(failed("there is no certificate in it".to_owned()));
    }
    for certificate in certificates {
        roots
            .add(certificate)
            .map_err(|error| failed(error.to_string()))?;
    }
    Ok(())
}

fn configuration(roots: RootCertStore) -> Result<Arc<ClientConfig>, ConnectError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(tls_error)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // A server that may choose h2 would have no Upgrade for the websocket.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Makes a stream to `host` a TLS stream.
pub(crate) async fn wrap(
    config: Arc<ClientConfig>,
    host: &str,
    stream: Stream,
) -> Result<Stream, ConnectError> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| ConnectError::InvalidOptions {
        message: format!("{host:?} cannot be the name of a TLS server"),
    })?;
    let connected = TlsConnector::from(config).connect(name, stream).await;
    match connected {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => Err(match inner_tls_error(&error) {
            Some(inner) => tls_error(inner.clone()),
            None => ConnectError::Lost {
                kind: error.kind(),
                message: error.to_string(),
            },
        }),
    }
}

/// rustls' error inside an `io::Error`.
pub(crate) fn inner_tls_error(error: &std::io::Error) -> Option<&rustls::Error> {
    let inner = error.get_ref()?;
    inner
        .downcast_ref()
        .or_else(|| inner_tls_error(inner.downcast_ref::<std::io::Error>()?))
}

pub(crate) fn tls_error(error: rustls::Error) -> ConnectError {
    let message = error.to_string();
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            ConnectError::Certificate { message }
        }
        _ => ConnectError::Tls { message },
    }
}
