package softadastra.wal.tck.example;

import java.util.Set;
import softadastra.core.CheckReturnValue;
import softadastra.core.Result;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalDirectory;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProvider;

/** Logs that are one file. They take no lock and cannot be inspected, and their provider says so. */
@CheckReturnValue
public final class DiaryProvider implements WalProvider {

    @Override
    public String name() {
        return "diary";
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    public Set<WalCapability> capabilities() {
        return Set.of(WalCapability.DURABLE, WalCapability.DIRECTORY_SYNC);
    }

    @Override
    public Result<WalLog> open(WalConfig config, OpenMode mode) {
        return WalDirectory.open(config, mode, name(), directory -> new DiaryLog(config, directory));
    }
}
