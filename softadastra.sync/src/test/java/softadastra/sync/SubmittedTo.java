package softadastra.sync;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import softadastra.core.Result;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;

/** Providers whose logs ask before each batch that is submitted to them. */
final class SubmittedTo {

    private SubmittedTo() {}

    static WalProvider provider(String name) {
        return WalProviders.available().value().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /**
     * A provider.
     *
     * @param name that of the real one
     * @param asked what it throws refuses the batch
     */
    static WalProvider of(String name, Consumer<WalBatch> asked) {
        WalProvider real = provider(name);
        return proxy(WalProvider.class, (proxy, method, args) -> {
            Object answer = call(() -> method.invoke(real, args));
            return method.getName().equals("open") ? ((Result<?>) answer).map(log -> log((WalLog) log, asked)) : answer;
        });
    }

    private static WalLog log(WalLog real, Consumer<WalBatch> asked) {
        return proxy(WalLog.class, (proxy, method, args) -> {
            if (method.getName().equals("submit")) {
                asked.accept((WalBatch) args[0]);
            }
            return call(() -> method.invoke(real, args));
        });
    }

    private interface Call {
        Object invoke() throws ReflectiveOperationException;
    }

    private static Object call(Call call) throws Throwable {
        try {
            return call.invoke();
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
