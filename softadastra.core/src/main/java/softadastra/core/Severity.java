package softadastra.core;

/**
 * How bad an error is for the component that reports it, from least to worst.
 */
public enum Severity {
    /** The operation was done, or nothing was lost by not doing it; somebody should have a look. */
    WARNING,
    /** The operation was not done; the component that reports it goes on working. */
    ERROR,
    /** The operation was not done, and the component cannot go on until someone repairs, reopens or replaces it. */
    FATAL
}
