package softadastra.wal.spi;

import java.util.Set;
import softadastra.core.ErrorCode;
import softadastra.core.Result;

/** A provider that is only ever chosen, or that opens a given log. */
record FakeProvider(String name, int spiVersion, Set<WalCapability> capabilities, Result<WalLog> log)
        implements WalProvider {

    static FakeProvider durable(String name) {
        return new FakeProvider(name, SPI_VERSION, Set.of(WalCapability.DURABLE), nothing());
    }

    static FakeProvider inMemory(String name) {
        return new FakeProvider(name, SPI_VERSION, Set.of(WalCapability.VOLATILE), nothing());
    }

    static FakeProvider opening(WalLog log) {
        return new FakeProvider("fake", SPI_VERSION, Set.of(WalCapability.VOLATILE), Result.ok(log));
    }

    private static Result<WalLog> nothing() {
        return Result.err(ErrorCode.UNSUPPORTED_OPERATION, "this provider opens nothing");
    }

    @Override
    public Result<WalLog> open(WalConfig config, OpenMode mode) {
        return log;
    }

    @Override
    public Result<WalInspector> inspect(WalConfig config) {
        return Result.err(ErrorCode.UNSUPPORTED_OPERATION, "this provider inspects nothing");
    }
}
