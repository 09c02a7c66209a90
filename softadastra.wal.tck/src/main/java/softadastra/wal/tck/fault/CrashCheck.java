package softadastra.wal.tck.fault;

import java.util.random.RandomGenerator;
import softadastra.wal.spi.WalConfig;

/** Recovers from a crash, and says what is wrong with it. {@link WalCrashCheck} does it for logs; engines bring their own. */
@FunctionalInterface
public interface CrashCheck {

    /**
     * Recovers and checks. Called from several threads, each time with a disk of its own.
     *
     * @param disk the disk after the crash; a check may crash it again
     * @param config opens the log on that disk
     * @param expectation what is to be found
     * @param random for choices of its own
     * @throws AssertionError if a guarantee does not hold
     * @throws Exception if the recovery failed, which is as bad
     */
    void check(SimulatedStorage disk, WalConfig config, CrashExpectation expectation, RandomGenerator random)
            throws Exception;
}
