package softadastra.wal.spi;

/** What opening a log does about bytes that do not verify. */
public enum RecoveryMode {
    /**
     * The default. A torn tail, which is a write that a crash cut short and nobody had been told was done, is cut off, kept
     * aside and reported. Any other damage refuses the open.
     */
    TORN_TAIL,
    /** Any damage refuses the open, a torn tail too. */
    STRICT,
    /**
     * Stops before the first damage, whatever it is, and keeps what follows aside. <b>Acknowledged records behind it are
     * lost</b>; the report says how many bytes, and the log starts a new epoch.
     */
    POINT_IN_TIME,
    /**
     * Everything that verifies, with a list of the holes; for readers and {@link WalInspector} only. Behind damage the reading
     * goes on with the next bytes that verify, and the report names what was lost in between. A log is never opened to be
     * written with this, nor replayed into a state: {@link WalInspector#repair} makes a new log of what is left, and that
     * can be.
     */
    SALVAGE
}
