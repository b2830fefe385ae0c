//! Merges flags with a job file.

use super::JobOptions;

impl JobOptions {
    /// Merges these options with those of a job file. These win.
    #[must_use]
    pub fn over(self, file: Self) -> Self {
        let mut warnings = file.warnings;
        warnings.extend(self.warnings);
        if self.tables.is_some() && file.table.is_some() {
            warnings.push(
                "--tables replaces the job file's [[table]] entries and their filters".to_owned(),
            );
        }
        if self.source.is_some()
            && file.source.is_some()
            && std::env::var("FIRSTSEEN_SOURCE").ok() == self.source
        {
            warnings.push("FIRSTSEEN_SOURCE replaces the job file's source".to_owned());
        }
        let table = if self.tables.is_some() {
            None
        } else {
            file.table
        };
        Self {
            source: self.source.or(file.source),
            password_file: self.password_file.or(file.password_file),
            defaults_file: self.defaults_file.or(file.defaults_file),
            password: self.password.or(file.password),
            tables: self.tables.or(file.tables),
            table,
            columns: self.columns.or(file.columns),
            key: self.key.or(file.key),
            filter: self.filter.or(file.filter),
            order_by: self.order_by.or(file.order_by),
            partition_on: self.partition_on.or(file.partition_on),
            partitions: self.partitions.or(file.partitions),
            batch_rows: self.batch_rows.or(file.batch_rows),
            prefix: self.prefix.or(file.prefix),
            format: self.format.or(file.format),
            compression: self.compression.or(file.compression),
            out: self.out.or(file.out),
            workers: self.workers.or(file.workers),
            count_only: self.count_only.or(file.count_only),
            null_keys: self.null_keys.or(file.null_keys),
            invalid_dates: self.invalid_dates.or(file.invalid_dates),
            sqlite_types: self.sqlite_types.or(file.sqlite_types),
            column_type: self.column_type.or(file.column_type),
            extractor: self.extractor.or(file.extractor),
            numeric: self.numeric.or(file.numeric),
            row_security: self.row_security.or(file.row_security),
            read: self.read.or(file.read),
            snapshot: self.snapshot.or(file.snapshot),
            check_counts: self.check_counts.or(file.check_counts),
            connect_timeout_secs: self.connect_timeout_secs.or(file.connect_timeout_secs),
            read_timeout_secs: self.read_timeout_secs.or(file.read_timeout_secs),
            lock_wait_secs: self.lock_wait_secs.or(file.lock_wait_secs),
            retries: self.retries.or(file.retries),
            exact: self.exact.or(file.exact),
            force: self.force.or(file.force),
            progress: self.progress.or(file.progress),
            log_format: self.log_format.or(file.log_format),
            json: self.json.or(file.json),
            quiet: self.quiet.or(file.quiet),
            verbose: self.verbose.max(file.verbose),
            warnings,
        }
    }
}
