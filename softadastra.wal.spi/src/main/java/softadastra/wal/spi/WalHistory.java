package softadastra.wal.spi;

/** How much of the past a log keeps. */
public enum WalHistory {
    /** All records, until a checkpoint lets them go. */
    FULL,
    /** Only records that a reader has pinned or that are yet to be read by the handle's own engine. For memory logs. */
    PINNED
}
