//! Mapped files that may be truncated by others: the one room with `unsafe` in it.
//!
//! A page of a map that the file no longer reaches, or that the disk cannot deliver, is answered
//! by the system with SIGBUS, which kills. Here a handler puts zeros in the place of the whole
//! window that was touched, and marks it: the reader goes on, and its result is thrown away. A
//! fault anywhere else goes to the handler that was there before.

#![expect(unsafe_code, reason = "maps and a signal handler have no safe interface")]

use std::ffi::{c_int, c_void};
use std::fs::File;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustix::mm::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap};

/// How many windows may be open at one time; who finds no place reads instead.
const WINDOWS: usize = 256;

/// Why there is no result from a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MapFault {
    /// The file cannot be mapped, or there are too many windows already.
    Unmappable,
    /// A part of it was not there when it was looked at: truncated meanwhile, or unreadable.
    Broken,
}

/// Shows `look` the bytes of `file` from `offset`, a multiple of the page size, for `length`.
///
/// Others may write to the file meanwhile, and the bytes change under `look`: what it makes of
/// them must be discarded unless the file's stamp is afterwards what it was before.
pub(super) fn with_mapped<R>(
    file: &File,
    offset: u64,
    length: usize,
    look: impl FnOnce(&[u8]) -> R,
) -> Result<R, MapFault> {
    let window = Window::open(file, offset, length).ok_or(MapFault::Unmappable)?;
    let result = look(window.bytes());
    if window.place.broken.load(Ordering::Relaxed) { Err(MapFault::Broken) } else { Ok(result) }
}

/// Where a window lies, for the handler to find.
struct Place {
    /// 0 while the place is free.
    start: AtomicUsize,
    end: AtomicUsize,
    broken: AtomicBool,
}

static PLACES: [Place; WINDOWS] = [const {
    Place { start: AtomicUsize::new(0), end: AtomicUsize::new(0), broken: AtomicBool::new(false) }
}; WINDOWS];

/// A part of a file, mapped for reading by one thread, and under guard.
struct Window {
    start: *mut c_void,
    length: usize,
    place: &'static Place,
}

impl Window {
    fn open(file: &File, offset: u64, length: usize) -> Option<Self> {
        if !install() {
            return None;
        }
        // SAFETY: the address is the system's choice, so that nothing that exists is replaced.
        let start =
            unsafe { mmap(ptr::null_mut(), length, ProtFlags::READ, FLAGS, file, offset) }.ok()?;
        let Some(place) = Place::claim(start as usize, length) else {
            // SAFETY: this is the map made above, and nobody has seen it.
            let _ = unsafe { munmap(start, length) };
            return None;
        };
        Some(Self { start, length, place })
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: the pages are mapped for reading for as long as `self` lives, and a fault on
        // one of them is mended by the handler. Another process may write to the file; all that
        // the slice is used for is to be hashed, where other bytes make another digest and
        // nothing else, and that digest is used only if the file's stamp did not change.
        unsafe { std::slice::from_raw_parts(self.start.cast(), self.length) }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.place.start.store(0, Ordering::Release);
        // SAFETY: the map is this window's own, and its bytes were lent for less than its life.
        let _ = unsafe { munmap(self.start, self.length) };
    }
}

/// All pages at once, where the system can: one call instead of a fault for every few of them.
#[cfg(any(target_os = "linux", target_os = "android"))]
const FLAGS: MapFlags = MapFlags::PRIVATE.union(MapFlags::POPULATE);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const FLAGS: MapFlags = MapFlags::PRIVATE;

impl Place {
    /// Takes a free place. The window is one that nobody touches yet.
    fn claim(start: usize, length: usize) -> Option<&'static Self> {
        let free = |place: &&Self| {
            // 1 is no address of a page: taken, and no window yet.
            place.start.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok()
        };
        let place = PLACES.iter().find(free)?;
        place.end.store(start + length, Ordering::Relaxed);
        place.broken.store(false, Ordering::Relaxed);
        place.start.store(start, Ordering::Release);
        Some(place)
    }

    /// Puts zeros into the window if `address` lies in it; whether that was done. Called by the
    /// handler, on the thread that looks at the window: it only uses atomics and a system call.
    fn mend(&self, address: usize) -> bool {
        let start = self.start.load(Ordering::Acquire);
        let end = self.end.load(Ordering::Relaxed);
        if start <= 1 || address < start || address >= end {
            return false;
        }
        let flags = MapFlags::PRIVATE | MapFlags::FIXED;
        // SAFETY: it replaces a window of ours, whole, by as many readable bytes; the only
        // reader of it is the thread that this handler interrupted.
        let zeros =
            unsafe { mmap_anonymous(start as *mut c_void, end - start, ProtFlags::READ, flags) };
        self.broken.store(true, Ordering::Relaxed);
        zeros.is_ok()
    }
}

/// What was there for SIGBUS before; `None` in it: the handler could not be installed.
static PREVIOUS: OnceLock<Option<libc::sigaction>> = OnceLock::new();

fn install() -> bool {
    PREVIOUS
        .get_or_init(|| {
            let mut previous = MaybeUninit::<libc::sigaction>::uninit();
            // SAFETY: an all-zero `sigaction` is a valid one, and every field that matters is
            // set; the handler has the signature that SA_SIGINFO asks for, and calls nothing
            // that a handler may not call.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = on_fault as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                libc::sigemptyset(&raw mut action.sa_mask);
                let done = libc::sigaction(libc::SIGBUS, &raw const action, previous.as_mut_ptr());
                (done == 0).then(|| previous.assume_init())
            }
        })
        .is_some()
}

unsafe extern "C" fn on_fault(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: with SA_SIGINFO the system hands over a valid `siginfo_t`.
    let address = unsafe { (*info).si_addr() } as usize;
    if !PLACES.iter().any(|place| place.mend(address)) {
        // SAFETY: these are the handler's own arguments.
        unsafe { pass_on(signal, info, context) };
    }
}

/// Leaves a fault that is not ours to the handler before this one.
///
/// # Safety
/// The arguments must be those of a signal handler, called from it.
unsafe fn pass_on(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let Some(Some(previous)) = PREVIOUS.get() else {
        // It came while the handler was being installed. The next one finds what it needs.
        return;
    };
    match previous.sa_sigaction {
        libc::SIG_DFL | libc::SIG_IGN => {
            // SAFETY: `previous` is what the system gave. The fault happens again on return, and
            // ends as it would have ended without us.
            unsafe { libc::sigaction(signal, ptr::from_ref(previous), ptr::null_mut()) };
        }
        handler if previous.sa_flags & libc::SA_SIGINFO != 0 => {
            // SAFETY: SA_SIGINFO says that the handler takes these three arguments.
            let handler: unsafe extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) =
                unsafe { std::mem::transmute(handler) };
            // SAFETY: they are the arguments that the system gave to this handler.
            unsafe { handler(signal, info, context) };
        }
        handler => {
            // SAFETY: without SA_SIGINFO, and neither default nor ignored, it takes the signal.
            let handler: unsafe extern "C" fn(c_int) = unsafe { std::mem::transmute(handler) };
            // SAFETY: as above.
            unsafe { handler(signal) };
        }
    }
}
