package softadastra.wal.tck;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of {@link softadastra.wal.spi.WalProvider} as tests. A provider's own tests extend this class and give the
 * provider; everything else is inherited:
 *
 * <pre>{@code
 * class MyWalProviderTest extends WalProviderContract {
 *     @Override
 *     public WalProvider provider() {
 *         return new MyWalProvider();
 *     }
 * }
 * }</pre>
 *
 * <p>What a provider does not claim by {@link softadastra.wal.spi.WalProvider#capabilities()} is not asked of it: those tests
 * are reported as skipped. Logs are made in a temporary directory; override {@link #directory()} to have them elsewhere, on
 * an in-memory file system for instance.
 *
 * <table>
 * <caption>The parts of the contract</caption>
 * <tr><th>part</th><th>about</th></tr>
 * <tr><td>{@link AppendContract}</td><td>appends, batches, sequences, sizes, type codes</td></tr>
 * <tr><td>{@link ReadContract}</td><td>readers, streams, replay</td></tr>
 * <tr><td>{@link TimeContract}</td><td>timestamps</td></tr>
 * <tr><td>{@link OpenContract}</td><td>paths, missing logs, reopening</td></tr>
 * <tr><td>{@link IdentityContract}</td><td>log, node and epoch</td></tr>
 * <tr><td>{@link OwnerContract}</td><td>one owner, readers beside it</td></tr>
 * <tr><td>{@link FlushContract}</td><td>what is durable when</td></tr>
 * <tr><td>{@link CloseContract}</td><td>closing, and use afterwards</td></tr>
 * <tr><td>{@link ConcurrencyContract}</td><td>many threads, interrupts</td></tr>
 * <tr><td>{@link CheckpointContract}</td><td>checkpoints, and history that goes or is pinned</td></tr>
 * <tr><td>{@link SeedContract}</td><td>logs that begin with a checkpoint</td></tr>
 * <tr><td>{@link FollowContract}</td><td>followers that wait for what comes</td></tr>
 * <tr><td>{@link InspectContract}</td><td>the offline tools</td></tr>
 * <tr><td>{@link VolatileContract}</td><td>logs in memory</td></tr>
 * </table>
 */
public abstract class WalProviderContract
        implements AppendContract,
                ReadContract,
                TimeContract,
                OpenContract,
                IdentityContract,
                OwnerContract,
                FlushContract,
                CloseContract,
                ConcurrencyContract,
                CheckpointContract,
                SeedContract,
                FollowContract,
                InspectContract,
                VolatileContract {

    private @Nullable Path temporary;

    /** For subclasses. */
    protected WalProviderContract() {}

    /** Takes the directory JUnit made for the test. */
    @BeforeEach
    public void keepDirectory(@TempDir Path directory) {
        temporary = directory;
    }

    @Override
    public Path directory() {
        return Objects.requireNonNull(temporary, "the test has not begun");
    }
}
