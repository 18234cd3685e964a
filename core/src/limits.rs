//! Every bound of the engine in one place, each with its reason. What an operator may change is a CONFIG parameter
//! and only its default stands here.

/// Logical databases when the host does not say otherwise: Redis' default.
pub const DATABASES: usize = 16;
/// Longest inline request and longest length line, bytes: Redis' own bound, error texts depend on it.
pub const INLINE_MAX: usize = 64 * 1024;
/// Most arguments a request may announce: what fits Redis' signed 32-bit count.
pub const MULTIBULK_MAX: i64 = i32::MAX as i64;
/// Argument slots reserved on a client's word alone; more are allocated only as arguments really arrive.
pub const ARGV_RESERVE: usize = 1024;
/// Most arguments of a request before the client has authenticated.
pub const UNAUTHENTICATED_MULTIBULK_MAX: i64 = 10;
/// Longest argument before the client has authenticated, bytes.
pub const UNAUTHENTICATED_BULK_MAX: i64 = 16_384;
/// Default of proto-max-bulk-len, bytes: 512 MiB.
pub const BULK_MAX: i64 = 512 * 1024 * 1024;
/// Default of client-query-buffer-limit, bytes: 1 GiB.
pub const QUERY_BUFFER_MAX: usize = 1024 * 1024 * 1024;
/// Input bytes of one client served before the next ready client has its turn: one socket read of Redis.
pub const READ_QUANTUM: usize = 16 * 1024;
/// Buffers larger than this are given back when a client falls idle, bytes.
pub const IDLE_BUFFER_KEEP: usize = 4 * 1024;
/// Keys and fields one expiry task removes, so that a million due at once do not hold the loop.
pub const EXPIRE_BATCH: usize = 64;
/// Keys whose eviction a command always does where memory is short; maxmemory-eviction-tenacity grants it multiples.
pub const EVICT_BATCH: usize = 16;
/// Batches one eviction task of the timer does.
pub const EVICT_TIMER_BATCHES: usize = 16;
/// Microseconds until eviction that is not done goes on without a command.
pub const EVICT_INTERVAL_US: u64 = 1000;
/// Iterations of the loop between looks at how high the account of memory is: looking costs as much as a tenth of a PING.
pub const PEAK_ITERATIONS: u64 = 16;
/// Due clients (timeouts) one timer task handles.
pub const TIMER_BATCH: usize = 64;
/// Default of maxclients.
pub const CLIENTS_MAX: usize = 10_000;
/// Bytes of an unknown command's arguments shown back to the client.
pub const ERROR_PREVIEW_MAX: usize = 128;
/// Unsent reply bytes of one client above which its further commands wait: a client that does not read is not served.
pub const OUTPUT_HIGH_WATER: usize = 1024 * 1024;
/// Input that has been used up is dropped from a buffer's front once it is this long, bytes: moving the rest costs.
pub const CONSUMED_DROP_MIN: usize = 64 * 1024;
/// Microseconds between looks at idle and slow clients.
pub const CLIENTS_CHECK_INTERVAL_US: u64 = 1_000_000;
/// Most random picks with repetition that one reply may hold: a negative count asks for any number, however small the
/// collection is, and all of them stand in the output buffer at once.
pub const REPEATED_PICKS_MAX: u64 = 1 << 24;
/// Default of hll-sparse-max-bytes: beyond it, raising a register of the sparse form takes too long.
pub const HLL_SPARSE_MAX: usize = 3000;
/// Bytes of the fieldsets one client may prepare (HIMPORT): they stay with the connection, and each command looks through
/// their names.
pub const FIELDSETS_BYTES_MAX: usize = 1024 * 1024;
/// Longest string that a compressed one in an RDB payload may stand for, bytes: what a listpack can hold, and twice the
/// default of proto-max-bulk-len.
pub const RDB_UNPACKED_MAX: usize = 1 << 30;
/// Bytes of a snapshot handed to the host at once: large enough that the host's writes cost little each.
pub const RDB_CHUNK: usize = 64 * 1024;
/// Longest FILTER expression of VSIM, bytes: it is run over every element that is looked at.
pub const FILTER_MAX: usize = 4096;
/// Most components of a vector: several times what embeddings have, and sums of their bytes' products fit 32 bits.
pub const VECTOR_DIM_MAX: usize = 65_536;
/// Most components before times components after a projection: each costs an addition, so this takes some milliseconds.
pub const PROJECTION_MAX: usize = 1 << 24;
/// Most links a vector gets in a layer (VADD … M): a removal compares all of a node's neighbours with each other.
pub const VECTOR_LINKS_MAX: usize = 256;
/// Most candidates that VADD and VSIM keep (EF); no list gets longer than the set.
pub const VECTOR_EFFORT_MAX: usize = 1_000_000;
/// Most indexes that ARGETRANGE answers: they all stand in the reply, empty ones too. Redis' own bound.
pub const ARRAY_RANGE_MAX: u64 = 1_000_000;
/// Most predicates of ARGREP: every value is tried with all of them.
pub const PREDICATES_MAX: usize = 250;
