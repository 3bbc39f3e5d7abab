CREATE INDEX users_by_imported_password ON users (substr(password_hash, 5, 2))
WHERE password_hash >= '$2' AND password_hash < '$3';
