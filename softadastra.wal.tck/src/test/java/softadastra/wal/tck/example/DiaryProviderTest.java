package softadastra.wal.tck.example;

import softadastra.wal.spi.WalProvider;
import softadastra.wal.tck.WalProviderContract;

class DiaryProviderTest extends WalProviderContract {
    @Override
    public WalProvider provider() {
        return new DiaryProvider();
    }
}
