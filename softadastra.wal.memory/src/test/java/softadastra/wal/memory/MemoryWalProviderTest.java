package softadastra.wal.memory;

import softadastra.wal.spi.WalProvider;
import softadastra.wal.tck.WalProviderContract;

/** The contract of providers, kept by the one in memory. */
class MemoryWalProviderTest extends WalProviderContract {

    @Override
    public WalProvider provider() {
        return new MemoryWalProvider();
    }
}
