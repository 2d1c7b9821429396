//! Mapped files that may be truncated by others: beside `kernels`, the room with `unsafe` in it.
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
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, compiler_fence};

use rustix::mm::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap};

/// How many windows may be open at one time; who finds no place reads instead.
const WINDOWS: usize = 256;

/// No page is smaller, on any system.
const LEAST_PAGE: usize = 4 << 10;

/// The most bytes that a window may have.
pub(super) const LONGEST: usize = (LEAST_PAGE - 1) * LEAST_PAGE;

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
    // All looks come before the question whether there was anything to see.
    compiler_fence(Ordering::SeqCst);
    if window.place.broken.load(Ordering::Relaxed) { Err(MapFault::Broken) } else { Ok(result) }
}

/// Where a window lies, for the handler to find.
struct Place {
    /// The address of its first page, and in the bits that are free below it, how many pages it
    /// has. One word: the handler must never take the beginning of one window and the end of the
    /// next for a window. 0 while the place is free.
    extent: AtomicUsize,
    broken: AtomicBool,
}

/// The extent of a place that is taken, and has no window yet: no page has this address.
const TAKEN: usize = 1;

static PLACES: [Place; WINDOWS] =
    [const { Place { extent: AtomicUsize::new(0), broken: AtomicBool::new(false) } }; WINDOWS];

/// A part of a file, mapped for reading by one thread, and under guard.
struct Window {
    start: *mut c_void,
    length: usize,
    place: &'static Place,
}

impl Window {
    fn open(file: &File, offset: u64, length: usize) -> Option<Self> {
        if length > LONGEST || !install() {
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
        // one of them is fixed by the handler. Another process may write to the file; all that
        // the slice is used for is to be hashed, where other bytes make another digest and
        // nothing else, and that digest is used only if the file's stamp did not change.
        unsafe { std::slice::from_raw_parts(self.start.cast(), self.length) }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.place.extent.store(0, Ordering::Release);
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
            let (free, taken) = (Ordering::Relaxed, Ordering::Acquire);
            place.extent.compare_exchange(0, TAKEN, taken, free).is_ok()
        };
        let place = PLACES.iter().find(free)?;
        place.broken.store(false, Ordering::Relaxed);
        place.extent.store(start | length.div_ceil(LEAST_PAGE), Ordering::Release);
        Some(place)
    }

    /// Start and length of the window that holds `address`, if that is the one in this place.
    fn window_of(&self, address: usize) -> Option<(usize, usize)> {
        let extent = self.extent.load(Ordering::Acquire);
        let start = extent & !(LEAST_PAGE - 1);
        let length = (extent - start) * LEAST_PAGE;
        (start > 0 && address.checked_sub(start)? < length).then_some((start, length))
    }

    /// Puts zeros into the window if `address` lies in it; whether that was done. Called by the
    /// handler, on the thread that looks at the window: it only uses atomics and a system call.
    fn fix(&self, address: usize) -> bool {
        let Some((start, length)) = self.window_of(address) else { return false };
        // First, so that nobody sees zeros in a window that is whole.
        self.broken.store(true, Ordering::SeqCst);
        let flags = MapFlags::PRIVATE | MapFlags::FIXED;
        // SAFETY: it replaces a window of ours, whole, by as many readable bytes; the only
        // reader of it is the thread that this handler interrupted.
        let zeros = unsafe { mmap_anonymous(start as *mut c_void, length, ProtFlags::READ, flags) };
        zeros.is_ok()
    }
}

/// What was there for SIGBUS before; `None` in it: there is no handler of ours, which could not be
/// installed or would not be called.
static PREVIOUS: OnceLock<Option<libc::sigaction>> = OnceLock::new();

fn install() -> bool {
    PREVIOUS
        .get_or_init(|| {
            if is_blocked() {
                return None;
            }
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

/// Whether this thread, and what it starts, blocks SIGBUS: a fault kills then and asks no handler.
/// A process gets that from the one that started it.
fn is_blocked() -> bool {
    let mut blocked = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: without a new mask the call only tells the present one, and fills `blocked` unless
    // it fails.
    unsafe {
        libc::pthread_sigmask(libc::SIG_BLOCK, ptr::null(), blocked.as_mut_ptr()) != 0
            || libc::sigismember(blocked.as_ptr(), libc::SIGBUS) != 0
    }
}

unsafe extern "C" fn on_fault(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: with SA_SIGINFO the system hands over a valid `siginfo_t`.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr() as usize) };
    // Another process can send the signal with any address; the code of a fault it cannot.
    let fault = code > 0;
    if !(fault && PLACES.iter().any(|place| place.fix(address))) {
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

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::os::unix::fs::FileExt as _;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Command, ExitStatus, Stdio};

    use super::*;

    /// A multiple of the page size of every system.
    const PAGE: usize = 64 << 10;

    const SIZE: usize = 8 * PAGE;

    fn full_of_sevens() -> File {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(&vec![7; SIZE], 0).unwrap();
        file
    }

    /// Whether all of `bytes`, looked at anew, are `byte`.
    fn all_are(byte: u8, bytes: &[u8]) -> bool {
        let same = vec![byte; PAGE];
        black_box(bytes).chunks(PAGE).all(|bytes| *bytes == same[..bytes.len()])
    }

    #[test]
    fn a_window_shows_its_part_of_the_file() {
        let file = tempfile::tempfile().unwrap();
        let content: Vec<u8> = (0..=250).cycle().take(SIZE).collect();
        file.write_all_at(&content, 0).unwrap();
        for (start, length) in [(0, SIZE), (0, 1), (PAGE, SIZE - PAGE), (2 * PAGE, PAGE + 1)] {
            let seen = with_mapped(&file, start as u64, length, <[u8]>::to_vec);
            assert!(seen.unwrap() == content[start..start + length], "{length} from {start}");
        }
    }

    #[test]
    fn what_cannot_be_mapped_is_said_to_be_so() {
        let file = full_of_sevens();
        file.set_len((LONGEST + 1) as u64).unwrap();
        for (offset, length) in [(0, 0), (1, PAGE), (u64::MAX - 4095, PAGE), (0, LONGEST + 1)] {
            let seen = with_mapped(&file, offset, length, <[u8]>::len);
            assert_eq!(seen, Err(MapFault::Unmappable), "{length} from {offset}");
        }
        assert_eq!(with_mapped(&file, 0, LONGEST, <[u8]>::len), Ok(LONGEST));
        let directory = File::open("/").unwrap();
        assert_eq!(with_mapped(&directory, 0, PAGE, <[u8]>::len), Err(MapFault::Unmappable));
    }

    #[test]
    fn a_window_over_a_file_that_is_cut_turns_to_zeros_and_is_broken() {
        for left in [0, 1, PAGE, PAGE + 1, SIZE - PAGE] {
            let file = full_of_sevens();
            let seen = with_mapped(&file, 0, SIZE, |bytes| {
                assert!(all_are(7, bytes));
                file.set_len(left as u64).unwrap();
                // The first look behind the end is the fault, and fixes all of the window.
                assert!(all_are(0, &bytes[SIZE - 1..]) && all_are(0, bytes), "cut to {left}");
            });
            assert_eq!(seen, Err(MapFault::Broken), "cut to {left}");
        }
    }

    #[test]
    fn a_window_beyond_the_end_of_the_file_is_broken_by_the_first_look() {
        let file = full_of_sevens();
        for (start, unseen) in [(0, SIZE), (SIZE - PAGE, PAGE), (SIZE, 0), (4 * SIZE, 0)] {
            let look = |bytes: &[u8]| all_are(7, &bytes[..unseen]);
            assert_eq!(with_mapped(&file, start as u64, SIZE + PAGE, look), Ok(true), "{start}");
            let seen = with_mapped(&file, start as u64, SIZE + PAGE, |bytes| {
                assert!(all_are(0, &bytes[SIZE + PAGE - 1..]) && all_are(0, bytes), "{start}");
            });
            assert_eq!(seen, Err(MapFault::Broken), "{start}");
        }
    }

    #[test]
    fn a_window_that_is_cut_where_nobody_looks_is_whole() {
        let file = full_of_sevens();
        let seen = with_mapped(&file, 0, SIZE, |bytes| {
            file.set_len(PAGE as u64).unwrap();
            all_are(7, &bytes[..PAGE])
        });
        assert_eq!(seen, Ok(true));
    }

    #[test]
    fn threads_break_only_their_own_windows() {
        let whole = full_of_sevens();
        std::thread::scope(|threads| {
            for number in 0..8 {
                let whole = &whole;
                threads.spawn(move || {
                    for round in 0..60 {
                        let sevens = |bytes: &[u8]| all_are(7, bytes);
                        if (number + round) % 2 == 0 {
                            assert_eq!(with_mapped(whole, 0, SIZE, sevens), Ok(true));
                            continue;
                        }
                        let file = full_of_sevens();
                        let seen = with_mapped(&file, 0, SIZE, |bytes| {
                            file.set_len((round % 8 * PAGE) as u64).unwrap();
                            sevens(bytes)
                        });
                        assert_eq!(seen, Err(MapFault::Broken));
                    }
                });
            }
        });
    }

    #[test]
    fn a_place_is_used_again_and_remembers_nothing() {
        let (whole, cut) = (full_of_sevens(), full_of_sevens());
        cut.set_len(0).unwrap();
        for _ in 0..2 * WINDOWS {
            let sevens = |bytes: &[u8]| all_are(7, bytes);
            assert_eq!(with_mapped(&cut, 0, SIZE, sevens), Err(MapFault::Broken));
            assert_eq!(with_mapped(&whole, 0, SIZE, sevens), Ok(true));
        }
    }

    #[test]
    fn a_place_knows_the_addresses_of_its_window_and_no_others() {
        for (start, length) in [(PAGE, 1), (PAGE, PAGE), (1 << 30, SIZE + 1), (PAGE, LONGEST)] {
            let end = start + length.next_multiple_of(LEAST_PAGE);
            let place = Place { extent: AtomicUsize::new(0), broken: AtomicBool::new(false) };
            for extent in [0, TAKEN, start | length.div_ceil(LEAST_PAGE)] {
                place.extent.store(extent, Ordering::Relaxed);
                for address in [0, 1, start - 1, start, start + 1, end - 1, end, usize::MAX] {
                    let inside = extent > TAKEN && (start..end).contains(&address);
                    let window = place.window_of(address);
                    assert_eq!(window, inside.then_some((start, end - start)), "{address:#x}");
                }
            }
        }
    }

    /// Names the scene that this process is for.
    const SCENE: &str = "SEALGATE_GUARD_SCENE";

    /// What is set up and done, in a process that has seen no window yet.
    type Scene = (&'static str, fn(), End);

    /// How a process ends.
    #[derive(Debug, PartialEq, Eq)]
    enum End {
        Killed,
        /// By the handler that was there before, or by the end of the scene.
        Exit(i32),
        Other(ExitStatus),
    }

    const BY_HANDLER: i32 = 41;
    const AT_THE_END: i32 = 42;

    const SCENES: [Scene; 9] = [
        ("a fault elsewhere", fault_elsewhere, End::Killed),
        ("a fault elsewhere, while a window is open", || in_window(fault_elsewhere), End::Killed),
        ("the signal was ignored", || before(libc::SIG_IGN, 0, fault_elsewhere), End::Killed),
        ("a handler of one argument", || before(one(), 0, fault_elsewhere), End::Exit(BY_HANDLER)),
        (
            "a handler of three arguments",
            || before(three(), libc::SA_SIGINFO, || in_window(fault_elsewhere)),
            End::Exit(BY_HANDLER),
        ),
        (
            "a handler that is not asked about windows",
            || before(three(), libc::SA_SIGINFO, fault_in_window),
            End::Exit(AT_THE_END),
        ),
        (
            "a signal that tells of a fault in a window, and is none",
            || before(three(), libc::SA_SIGINFO, forged_fault),
            End::Exit(BY_HANDLER),
        ),
        ("the signal is blocked", blocked, End::Exit(AT_THE_END)),
        ("more windows than places", more_windows_than_places, End::Exit(AT_THE_END)),
    ];

    #[test]
    #[expect(clippy::exit, reason = "the process is one scene of the test, and ends with it")]
    fn what_is_not_ours_goes_to_whoever_was_there_before() {
        if let Ok(wanted) = std::env::var(SCENE) {
            use rustix::process::{Resource, Rlimit, setrlimit};
            // A process that is killed on purpose leaves no image.
            let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
            let (_, act, _) = SCENES.into_iter().find(|(name, ..)| *name == wanted).unwrap();
            act();
            std::process::exit(AT_THE_END);
        }
        for (name, _, end) in SCENES {
            let test = "guard::tests::what_is_not_ours_goes_to_whoever_was_there_before";
            #[expect(clippy::disallowed_methods, reason = "this test, run again")]
            let mut process = Command::new(std::env::current_exe().unwrap());
            process.args(["--exact", test, "--nocapture"]).env(SCENE, name);
            let output = process.stdout(Stdio::null()).output().unwrap();
            let came = match (output.status.signal(), output.status.code()) {
                (Some(libc::SIGBUS), _) => End::Killed,
                (_, Some(code)) => End::Exit(code),
                _ => End::Other(output.status),
            };
            assert_eq!(came, end, "{name}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }

    /// Has a window open while `act` is done.
    fn in_window(act: fn()) {
        with_mapped(&full_of_sevens(), 0, SIZE, |_| act()).unwrap();
    }

    fn fault_in_window() {
        let file = full_of_sevens();
        let seen = with_mapped(&file, 0, SIZE, |bytes| {
            file.set_len(0).unwrap();
            all_are(0, bytes)
        });
        assert_eq!(seen, Err(MapFault::Broken));
    }

    /// Looks at a map of somebody else's, the file of which is gone.
    fn fault_elsewhere() {
        in_window(|| {});
        let file = full_of_sevens();
        // SAFETY: the address is the system's choice. Nobody fixes this map: that is the point.
        let map = unsafe {
            mmap(ptr::null_mut(), SIZE, ProtFlags::READ, MapFlags::PRIVATE, &file, 0).unwrap()
        };
        file.set_len(0).unwrap();
        // SAFETY: it is mapped for reading.
        black_box(unsafe { ptr::read_volatile(map.cast::<u8>()) });
    }

    /// Makes `handler` the one that was there before, and then does `act`.
    fn before(handler: usize, flags: c_int, act: fn()) {
        // SAFETY: an all-zero `sigaction` is a valid one, and the handler fits the flags.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            (action.sa_sigaction, action.sa_flags) = (handler, flags);
            assert_eq!(libc::sigaction(libc::SIGBUS, &raw const action, ptr::null_mut()), 0);
        }
        act();
    }

    fn one() -> usize {
        extern "C" fn handler(signal: c_int) {
            let code = if signal == libc::SIGBUS { BY_HANDLER } else { 1 };
            // SAFETY: it is made for signal handlers.
            unsafe { libc::_exit(code) }
        }
        handler as *const () as usize
    }

    fn three() -> usize {
        extern "C" fn handler(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
            // SAFETY: with SA_SIGINFO the system hands over a valid `siginfo_t`.
            let same = unsafe { (*info).si_signo } == signal && signal == libc::SIGBUS;
            let code = if same && !context.is_null() { BY_HANDLER } else { 1 };
            // SAFETY: it is made for signal handlers.
            unsafe { libc::_exit(code) }
        }
        handler as *const () as usize
    }

    /// Sends the signal with the address of an open window, as any process of this user can.
    #[cfg(target_os = "linux")]
    fn forged_fault() {
        let seen = with_mapped(&full_of_sevens(), 0, SIZE, |bytes| {
            let address = bytes.as_ptr();
            // SAFETY: all zeros is a valid `siginfo_t`; `si_value`, and `si_addr` of a fault, are
            // in it where a sender's number and user, of four bytes each, are before the one and
            // in the place of the other.
            unsafe {
                let mut info: libc::siginfo_t = std::mem::zeroed();
                (info.si_signo, info.si_code) = (libc::SIGBUS, libc::SI_QUEUE);
                let fields = &raw mut info;
                fields.cast::<usize>().add(16 / size_of::<usize>()).write(address as usize);
                let (process, thread) = (libc::getpid(), libc::gettid());
                let call = libc::SYS_rt_tgsigqueueinfo;
                libc::syscall(call, process, thread, libc::SIGBUS, fields)
            }
        });
        assert_eq!(seen, Ok(0));
    }

    #[cfg(not(target_os = "linux"))]
    fn forged_fault() {
        // There is no way to forge one that all systems share.
        fault_elsewhere();
    }

    fn blocked() {
        // SAFETY: `sigemptyset` makes a set of the memory, which is then a valid one.
        unsafe {
            let mut bus = MaybeUninit::<libc::sigset_t>::uninit();
            libc::sigemptyset(bus.as_mut_ptr());
            libc::sigaddset(bus.as_mut_ptr(), libc::SIGBUS);
            libc::pthread_sigmask(libc::SIG_BLOCK, bus.as_ptr(), ptr::null_mut());
        }
        let seen = with_mapped(&full_of_sevens(), 0, SIZE, <[u8]>::len);
        assert_eq!(seen, Err(MapFault::Unmappable));
    }

    fn more_windows_than_places() {
        fn open_one_in_another(file: &File, depth: usize) -> usize {
            with_mapped(file, 0, PAGE, |_| open_one_in_another(file, depth + 1)).unwrap_or(depth)
        }
        let file = full_of_sevens();
        for _ in 0..2 {
            assert_eq!(open_one_in_another(&file, 0), WINDOWS);
        }
    }
}
