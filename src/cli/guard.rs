//! What goes wrong inside is reported, not thrown at people.

use std::panic::PanicHookInfo;
use std::sync::{Arc, Mutex, PoisonError};

/// Trees are of bounded depth, so this is plenty: the main thread's stack depends on the
/// system and may be small.
const STACK: usize = 64 << 20;

/// Runs `work` on a thread of its own; a panic in it becomes a message.
pub(super) fn guarded<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    let seen: Arc<Mutex<Option<String>>> = Arc::default();
    let place = Arc::clone(&seen);
    let former = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(described(info));
    }));
    let result = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        match thread {
            Ok(thread) => thread.join().map_err(|_| None),
            Err(error) => Err(Some(format!("no thread could be started: {error}"))),
        }
    });
    std::panic::set_hook(former);
    result.map_err(|why| {
        let seen = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        let what = why.or(seen).unwrap_or_else(|| "of unknown kind".to_owned());
        format!(
            "internal error: {what}\n\
             This is a mistake in tightrope {}, not in your files: nothing was decided.\n\
             Please report it, together with the files that you checked.\n",
            env!("CARGO_PKG_VERSION")
        )
    })
}

fn described(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("no message");
    match info.location() {
        Some(place) => format!("{text} ({}:{})", place.file().replace('\\', "/"), place.line()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // One test: the hook belongs to the whole process.
    #[test]
    fn a_panic_becomes_a_message_and_the_rest_goes_through() {
        assert_eq!(guarded(|| 7), Ok(7));
        let message = guarded(|| -> u8 { panic!("entry {} is missing", 3) }).unwrap_err();
        assert!(message.starts_with("internal error: entry 3 is missing (src/cli/guard.rs:"), "{message}");
        assert!(message.contains("Please report it"), "{message}");
        assert_eq!(guarded(|| 8), Ok(8));
    }
}
