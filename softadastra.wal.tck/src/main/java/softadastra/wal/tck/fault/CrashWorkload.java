package softadastra.wal.tck.fault;

import softadastra.wal.spi.WalConfig;

/** What is to be crashed: it opens a log, writes to it, and says what it was told. */
@FunctionalInterface
public interface CrashWorkload {

    /**
     * Runs once, to its end; it is crashed afterwards, in the recording.
     *
     * @param config opens a log on the simulated disk
     * @param witness is told what was appended, and what acknowledged
     * @throws Exception if the workload failed by itself, which ends the exploration
     */
    void run(WalConfig config, CrashWitness witness) throws Exception;
}
