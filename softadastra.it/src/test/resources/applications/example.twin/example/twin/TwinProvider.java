package example.twin;

import java.util.Set;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProvider;

/** Has the name of another, and opens nothing. */
public final class TwinProvider implements WalProvider {
    public TwinProvider() {}

    @Override
    public String name() {
        return "journal";
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    public Set<WalCapability> capabilities() {
        return Set.of(WalCapability.DURABLE);
    }

    @Override
    public Result<WalLog> open(WalConfig config, OpenMode mode) {
        return Result.err(ErrorCode.UNSUPPORTED_OPERATION, "the twin was opened");
    }

    @Override
    public Result<WalInspector> inspect(WalConfig config) {
        return Result.err(ErrorCode.UNSUPPORTED_OPERATION, "the twin was inspected");
    }
}
