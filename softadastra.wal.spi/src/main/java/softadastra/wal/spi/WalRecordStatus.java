package softadastra.wal.spi;

/** How far a record has come. */
public enum WalRecordStatus {
    /** It verifies, and nothing yet proves that it is on stable storage: a crash now may lose it. */
    PENDING,
    /** It is proven to be durable. */
    COMMITTED,
    /** Reserved for users of a log that track what they applied; a log never yields it. */
    APPLIED,
    /** Reserved, likewise. */
    FAILED
}
