package softadastra.it.consumer;

import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.util.ServiceLoader;
import java.util.Set;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.tck.WalProviderContract;

/** Somebody else's provider keeps the contract as well; it comes in a layer of its own, at run time. */
class DroppedInProviderTest extends WalProviderContract {
    private static final WalProvider PROVIDER = load();

    private static WalProvider load() {
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration = boot.configuration()
                .resolve(ModuleFinder.of(Jars.JOURNAL), ModuleFinder.of(), Set.of("example.journal"));
        ModuleLayer layer = boot.defineModulesWithOneLoader(configuration, ClassLoader.getSystemClassLoader());
        return ServiceLoader.load(layer, WalProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals("journal"))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public WalProvider provider() {
        return PROVIDER;
    }
}
