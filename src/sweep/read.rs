//! Tables of numbers from files.

use super::data::{Error, error, numbers};
use super::{MOST_ENTRIES, Number};

/// A table that was read from a CSV file.
#[derive(Clone, Debug, PartialEq)]
pub struct CsvTable {
    /// The names of the columns, if it begins with names.
    pub names: Option<Vec<String>>,
    /// The rows, of equal length.
    pub rows: Vec<Vec<Number>>,
    /// The largest number of significant digits of each column.
    pub digits: Vec<usize>,
}

/// The rows of a CSV file, with or without a header; lines that begin with # are left out.
pub fn rows_of_csv(bytes: &[u8]) -> Result<CsvTable, Error> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut names = None;
    let mut rows: Vec<Vec<Number>> = vec![];
    let mut width = None;
    let mut digits: Vec<usize> = vec![];
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(problem) => return error(format!("this is no CSV file: {problem}")),
        }
        let line = record.position().map_or(0, csv::Position::line);
        let expected = *width.get_or_insert(record.len());
        digits.resize(expected, 0);
        if record.len() != expected {
            return error(format!("line {line} has {} entries, but the first has {expected}", record.len()));
        }
        if names.is_none() && rows.is_empty() && record.iter().any(is_name) {
            names = Some(record.iter().map(str::to_owned).collect());
            continue;
        }
        let row: Result<Vec<Number>, Error> = record
            .iter()
            .enumerate()
            .map(|(column, text)| {
                let at = format!("line {line}, column {}", column + 1);
                text.parse().map_err(|problem| Error(format!("{at}: {problem}")))
            })
            .collect();
        rows.push(row?);
        for (most, text) in digits.iter_mut().zip(&record) {
            *most = significant(text).max(*most);
        }
        if rows.len().saturating_mul(expected) > MOST_ENTRIES {
            return error(format!("the file has more than {MOST_ENTRIES} entries"));
        }
    }
    if rows.is_empty() {
        return error("the file has no rows of numbers");
    }
    Ok(CsvTable { names, rows, digits })
}

/// The number of significant digits of a decimal number; of a fraction, more than any number has.
fn significant(text: &str) -> usize {
    if text.contains('/') {
        return usize::MAX;
    }
    let mantissa = text.split(['e', 'E']).next().unwrap_or("");
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').len()
}

/// Whether a field of the first row names a column: it is no number, and not one that went wrong.
fn is_name(text: &str) -> bool {
    let begins = text.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_');
    begins && !["nan", "inf", "infinity"].contains(&text.to_ascii_lowercase().as_str())
}

/// The rows of a NumPy array of two dimensions (or of one, which is one row) of floats or integers.
pub fn rows_of_npy(bytes: &[u8]) -> Result<Vec<Vec<Number>>, Error> {
    let unreadable = |problem: std::io::Error| Error(format!("this is no .npy file that can be read: {problem}"));
    let file = npyz::NpyFile::new(bytes).map_err(unreadable)?;
    let shape = file.shape().to_vec();
    let (height, width) = match shape.as_slice() {
        [width] => (1, *width),
        [height, width] => (*height, *width),
        _ => return error(format!("the array has {} dimensions; 2 are needed", shape.len())),
    };
    if height == 0 || width == 0 {
        return error("the array is empty");
    }
    if height.saturating_mul(width) > MOST_ENTRIES as u64 {
        return error(format!("the array has more than {MOST_ENTRIES} entries"));
    }
    let by_columns = file.order() == npyz::Order::Fortran;
    let flat = entries(file)?;
    let (height, width) = (height as usize, width as usize);
    let Some(flat) = numbers(&flat).filter(|flat| flat.len() == height * width) else {
        return error("an entry of the array is not a finite number");
    };
    let at = |row: usize, column: usize| if by_columns { column * height + row } else { row * width + column };
    Ok((0..height).map(|row| (0..width).map(|column| flat[at(row, column)].clone()).collect()).collect())
}

/// The entries as doubles: 4- and 8-byte floats and integers are read.
fn entries(file: npyz::NpyFile<&[u8]>) -> Result<Vec<f64>, Error> {
    let unreadable = |problem: std::io::Error| Error(format!("the array cannot be read: {problem}"));
    let file = match file.try_data::<f64>() {
        Ok(data) => return data.collect::<Result<_, _>>().map_err(unreadable),
        Err(file) => file,
    };
    let file = match file.try_data::<f32>() {
        Ok(data) => return data.map(|entry| entry.map(f64::from)).collect::<Result<_, _>>().map_err(unreadable),
        Err(file) => file,
    };
    let file = match file.try_data::<i32>() {
        Ok(data) => return data.map(|entry| entry.map(f64::from)).collect::<Result<_, _>>().map_err(unreadable),
        Err(file) => file,
    };
    match file.try_data::<i64>() {
        // Beyond 2⁵³ the nearest double.
        Ok(data) => data.map(|entry| entry.map(|entry| entry as f64)).collect::<Result<_, _>>().map_err(unreadable),
        Err(_) => error("the array is not of 4- or 8-byte floats or integers; save it as float64"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        rows_of_csv(text.as_bytes()).unwrap_err().0
    }

    #[test]
    fn tables_with_and_without_a_header() {
        let table = rows_of_csv(b"x1, x2 ,y\n5,2,13/4\n# no row\n1,0.0250,1e3\n").unwrap();
        assert_eq!(table.names.unwrap(), ["x1", "x2", "y"]);
        assert_eq!((table.rows.len(), table.rows[1][1].to_string()), (2, "1/40".to_owned()));
        assert_eq!(table.digits, [1, 3, usize::MAX]);
        assert_eq!(rows_of_csv(b"5,2\r\n").unwrap().names, None);
    }

    #[test]
    fn refusals_name_the_place() {
        assert!(refused("").contains("no rows"));
        assert!(refused("x,y\n").contains("no rows"));
        assert!(refused("1,2\n3\n").contains("line 2 has 1 entries, but the first has 2"));
        assert!(refused("1,2\n3,nan\n").contains("line 2, column 2: `nan` is not a finite number"));
        assert!(refused("1,inf\n").contains("line 1, column 2"));
        assert!(refused("x,y\n1,\n").contains("line 2, column 2"));
        assert!(refused("\u{fffd}").contains("column 1"));
        assert!(rows_of_csv(b"\xff,1\n").is_err());
    }

    fn npy(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes(), data].concat()
    }

    #[test]
    fn arrays() {
        let doubles: Vec<u8> = [5.0f64, 2.0, 3.25, 1.0, 0.5, 1.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        let shown = |rows: Vec<Vec<Number>>| {
            rows.iter().map(|row| row.iter().map(Number::value).collect()).collect::<Vec<Vec<_>>>()
        };
        let by_rows = rows_of_npy(&npy("<f8", "False", "(2, 3)", &doubles)).unwrap();
        assert_eq!(shown(by_rows), [[5.0, 2.0, 3.25], [1.0, 0.5, 1.0]]);
        let by_columns = rows_of_npy(&npy("<f8", "True", "(2, 3)", &doubles)).unwrap();
        assert_eq!(shown(by_columns), [[5.0, 3.25, 0.5], [2.0, 1.0, 1.0]]);
        let singles: Vec<u8> = [5.0f32, 2.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        assert_eq!(shown(rows_of_npy(&npy("<f4", "False", "(2,)", &singles)).unwrap()), [[5.0, 2.0]]);
        let nan = f64::NAN.to_le_bytes();
        for (bytes, message) in [
            (b"PK".to_vec(), "no .npy file"),
            (npy("<f8", "False", "(2, 3)", &doubles[..40]), "cannot be read"),
            (npy("<f8", "False", "(1, 1)", &nan), "not a finite number"),
            (npy("<f8", "False", "(0, 3)", &[]), "is empty"),
            (npy("<f8", "False", "(1, 1, 1)", &nan), "3 dimensions"),
            (npy("<c16", "False", "(1, 1)", &doubles), "float64"),
            (npy("<f8", "False", "(4000000000, 4000000000)", &doubles), "more than"),
        ] {
            let refusal = rows_of_npy(&bytes).unwrap_err().0;
            assert!(refusal.contains(message), "{refusal}");
        }
    }

    use proptest::prelude::*;

    proptest! {
        /// Whatever a file holds, it is read or refused.
        #[test]
        fn hostile_files_are_refused_in_words(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            shape in "[(][0-9, -]{0,30}[)]", descr in "[<>|][fiuc][0-9]{1,3}", text in "[-0-9.,eE\n\"#/ x]{0,80}",
        ) {
            let _ = rows_of_npy(&bytes);
            let _ = rows_of_npy(&[b"\x93NUMPY\x01\x00", bytes.as_slice()].concat());
            let _ = rows_of_npy(&npy(&descr, "False", &shape, &bytes));
            let _ = rows_of_csv(&bytes);
            let _ = rows_of_csv(text.as_bytes());
        }
    }
}
