package softadastra.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.UnrecoverableKeyException;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;

/** Keys and trusted certificates in files, made into what TLS needs. */
final class TlsFiles {
    static final String PASSWORD = "SOFTADASTRA_TLS_PASSWORD";

    private final Optional<Path> keys;
    private final Optional<Path> trusted;
    private final char[] password;

    TlsFiles(Optional<Path> keys, Optional<Path> trusted, Map<String, String> environment) {
        this.keys = keys;
        this.trusted = trusted;
        this.password = environment.getOrDefault(PASSWORD, "").toCharArray();
    }

    SSLContext context() {
        try {
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys.isPresent() ? load(keys.get()) : null, password);
            TrustManagerFactory others = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            others.init(trusted.isPresent() ? load(trusted.get()) : null);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), others.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new CommandFailure(ErrorCode.INVALID_ARGUMENT, "invalid TLS files: " + e.getMessage());
        }
    }

    private @Nullable KeyStore load(Path file) throws GeneralSecurityException {
        if (!Files.isRegularFile(file)) {
            throw new CommandFailure(ErrorCode.INVALID_ARGUMENT, "failed to read " + file + ": it is no file");
        }
        try {
            return KeyStore.getInstance(file.toFile(), password);
        } catch (KeyStoreException e) {
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT,
                    "failed to read " + file + ": it is neither PKCS12 nor JKS",
                    "of a certificate to trust this makes one: keytool -importcert -file "
                            + Texts.shellWord(file.toString())
                            + " -keystore trusted.p12 -storetype PKCS12");
        } catch (IOException e) {
            boolean locked = e.getCause() instanceof UnrecoverableKeyException;
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT,
                    "failed to read " + file + ": " + (locked ? "the password is another one" : Reasons.of(e)),
                    "the password of the file is taken from the environment variable " + PASSWORD);
        }
    }
}
