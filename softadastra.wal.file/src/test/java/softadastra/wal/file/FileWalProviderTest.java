package softadastra.wal.file;

import softadastra.wal.spi.WalProvider;
import softadastra.wal.tck.WalProviderContract;

/** The contract of providers, kept by the one in files. */
class FileWalProviderTest extends WalProviderContract {

    @Override
    public WalProvider provider() {
        return new FileWalProvider();
    }
}
